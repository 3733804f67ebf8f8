import { describe, expect, test } from 'vitest'
import { acrossCaption, inWords, limits, meaningOf, valueCaption } from '../src/analysis/words'
import type { Answer } from '../src/api'
import { hours, trend, weekend } from './answers'

const spread: Answer = {
  ...weekend,
  columns: [
    { name: 'square', meaning: 'same: that of the riot; around: each at its sides', kind: 'text' },
    { name: 'chance_after', meaning: 'after_riots of after, 0 to 1', kind: 'number' },
    { name: 'chance_usual', meaning: 'the same, usually', kind: 'number' },
    { name: 'ratio', meaning: 'chance_after over chance_usual; above 1, riots attract riots', kind: 'number' },
    { name: 'low', meaning: 'lower end of the 95% interval of ratio, as if all looks were independent', kind: 'number' },
    { name: 'high', meaning: 'upper end', kind: 'number' },
  ],
  chart: { kind: 'bars', x: 'square', y: 'ratio', low: 'low', high: 'high' },
}

describe('the captions of a chart', () => {
  test('name the column and what it means, and the interval', () => {
    expect(valueCaption(weekend)).toBe('rate: riots per day')
    expect(valueCaption(spread)).toBe('ratio: chance after over chance usual, with its 95% interval')
  })
  test('of dots and a line say which is which', () => {
    expect(valueCaption(trend)).toBe('seen: riots per drone-day; the line: expected')
  })
  test('do not say the same twice', () => {
    const [district, hour] = hours.columns
    const rate = { name: 'riots_per_1000_reports', meaning: 'riots per 1,000 reports', kind: 'number' as const }
    expect(valueCaption({ ...hours, columns: [district!, hour!, rate], chart: { ...hours.chart, y: rate.name } })).toBe(
      'riots per 1,000 reports',
    )
  })
  test('say what is across where the values there do not', () => {
    expect(acrossCaption(hours)).toBe('hour of the day')
    expect(acrossCaption(trend)).toBeNull()
    expect(acrossCaption(weekend)).toBeNull()
  })
  test('a column that the answer does not have is left as it is', () => {
    expect(meaningOf(spread, 'chance_after')).toBe('after_riots of after, 0 to 1')
    expect(meaningOf(spread, 'nothing_there')).toBe('nothing_there')
  })
})

test('a chart says in words what it shows', () => {
  expect(inWords(trend)).toBe('A line: what the line says, by calendar day. The table below has the numbers.')
})

test.each([
  [{}, null],
  [{ since: '2026-01-05T00:00:00Z', until: '2026-02-02T00:00:00Z' }, '5 Jan to 2 Feb 2026'],
  [{ since: '2025-12-29T00:00:00Z', until: '2026-01-05T00:00:00Z' }, '29 Dec 2025 to 5 Jan 2026'],
  [{ since: '2026-01-05T14:30:00Z', until: '2026-01-06T00:00:01Z' }, '5 Jan, 14:30 to 6 Jan 2026, 00:00:01'],
  [{ since: '2026-01-05T00:00:00Z' }, 'from 5 Jan 2026 on'],
  [{ until: '2026-02-02T00:00:00Z' }, 'before 2 Feb 2026'],
  [{ district: 'Old Town' }, 'Old Town'],
  [{ district: 'Old Town', until: '2026-02-02T00:00:00Z' }, 'Old Town, before 2 Feb 2026'],
])('%j is limited to: %s', (part, words) => {
  expect(limits(part)).toBe(words)
})
