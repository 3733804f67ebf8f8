// One answer of each kind.

import type { Answer } from '../src/api'

const base: Omit<Answer, 'columns' | 'rows' | 'chart'> = {
  version: 1,
  question: 'q',
  asks: 'What?',
  sentence: 'That.',
  asked_at: '2026-02-02T12:00:00.001Z',
  took_s: 2.5,
  data_from: null,
  data_to: null,
  tables: [],
  verified: null,
}

export const weekend: Answer = {
  ...base,
  columns: [
    { name: 'part', meaning: 'week or weekend; UTC', kind: 'text' },
    { name: 'rate', meaning: 'riots per day', kind: 'number' },
    { name: 'low', meaning: 'lower end', kind: 'number' },
    { name: 'high', meaning: 'upper end', kind: 'number' },
  ],
  rows: [
    ['week', 5.9, 5.1, 6.7],
    ['weekend', 10.1, null, null],
  ],
  chart: { kind: 'bars', x: 'part', y: 'rate', low: 'low', high: 'high' },
}

export const trend: Answer = {
  ...base,
  columns: [
    { name: 'day', meaning: 'calendar day', kind: 'text' },
    { name: 'seen', meaning: 'riots per drone-day: one of flight', kind: 'number' },
    { name: 'expected', meaning: 'what the line says', kind: 'number' },
    { name: 'low', meaning: 'lower end', kind: 'number' },
    { name: 'high', meaning: 'upper end', kind: 'number' },
  ],
  rows: [
    ['2026-01-05', 6.5, 5.9, 4.5, 7.3],
    ['2026-01-06', 5.2, 5.8, 4.6, 7.2],
  ],
  chart: { kind: 'lines', x: 'day', y: 'expected', low: 'low', high: 'high', dots: 'seen' },
}

export const hours: Answer = {
  ...base,
  columns: [
    { name: 'district', meaning: 'the district', kind: 'text' },
    { name: 'hour', meaning: 'hour of the day', kind: 'count' },
    { name: 'rate', meaning: 'riots per 1,000 reports', kind: 'number' },
  ],
  rows: [
    ['Market', 10, 3.5],
    ['Market', 9, 1.25],
    ['Harbour', 9, null],
  ],
  chart: { kind: 'heat', x: 'hour', y: 'rate', series: 'district' },
}
