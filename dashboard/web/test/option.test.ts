import { describe, expect, test } from 'vitest'
import { light, type Option, option } from '../src/analysis/option'
import type { Answer } from '../src/api'
import { hours, trend, weekend } from './answers'

interface Loose {
  type?: string
  data?: unknown[]
  inverse?: boolean
  renderItem?: unknown
}
const series = (of: Option | null) => ([of?.series].flat() as Loose[]) ?? []
const axis = (of: Option | null, which: 'xAxis' | 'yAxis') => (of as Record<string, Loose> | null)?.[which]
const told = (of: Option | null, i: number, dataIndex: number) => {
  const one = series(of)[i] as unknown as { tooltip: { formatter(params: unknown): string } }
  return one.tooltip.formatter({ dataIndex })
}

test('an answer without rows is not drawn', () => {
  for (const answer of [weekend, trend, hours]) expect(option({ ...answer, rows: [] }, light)).toBeNull()
})

test('a kind of a later version is not drawn', () => {
  expect(option({ ...weekend, chart: { kind: 'pie' as 'bars', x: 'part', y: 'rate' } }, light)).toBeNull()
})

describe('bars', () => {
  const drawn = option(weekend, light)
  test('stand in the order of the rows, with their intervals', () => {
    expect(axis(drawn, 'xAxis')?.data).toEqual(['week', 'weekend'])
    expect(series(drawn).map(one => one.type)).toEqual(['bar', 'custom'])
    expect(series(drawn)[0]?.data).toMatchObject([{ value: 5.9 }, { value: 10.1 }])
    expect(series(drawn)[1]?.data).toEqual([
      [0, 5.1, 6.7],
      [1, Number.NaN, Number.NaN],
    ])
  })
  test('are without intervals where the answer has none', () => {
    expect(series(option({ ...weekend, chart: { kind: 'bars', x: 'part', y: 'rate' } }, light)).length).toBe(1)
  })
  test('lie on their side when there are many, the first at the top', () => {
    const many = option({ ...weekend, rows: Array.from({ length: 7 }, (_, i) => [`part ${i}`, i, null, null]) }, light)
    expect(axis(many, 'yAxis')).toMatchObject({ inverse: true, data: expect.arrayContaining(['part 0', 'part 6']) })
  })
  test('tell every column of the row', () => {
    const tooltip = drawn?.tooltip as unknown as { formatter(params: unknown): string }
    expect(tooltip.formatter([{ dataIndex: 1 }])).toBe('part: weekend\nrate: 10.1\nlow: –\nhigh: –')
  })
})

describe('lines', () => {
  const drawn = option(trend, light)
  test('have a band, the line of the model, and dots of what was measured', () => {
    expect(series(drawn).map(one => one.type)).toEqual(['custom', 'line', 'scatter'])
    expect(series(drawn)[1]?.data).toEqual([
      ['2026-01-05', 5.9],
      ['2026-01-06', 5.8],
    ])
    expect(series(drawn)[2]?.data).toEqual([
      ['2026-01-05', 6.5],
      ['2026-01-06', 5.2],
    ])
    expect(axis(drawn, 'xAxis')?.type).toBe('time')
  })
  test('of several series are one for each', () => {
    const two: Answer = { ...hours, chart: { kind: 'lines', x: 'hour', y: 'rate', series: 'district' } }
    const lines = option(two, light)
    expect(series(lines).map(one => one.data?.length)).toEqual([2, 1])
    expect(axis(lines, 'xAxis')?.type).toBe('value')
    expect(told(lines, 1, 0)).toContain('Harbour')
  })
})

test('heat has a cell for each row, its columns in the order of their numbers', () => {
  const drawn = option(hours, light)
  expect(axis(drawn, 'xAxis')?.data).toEqual(['9', '10'])
  expect(axis(drawn, 'yAxis')?.data).toEqual(['Market', 'Harbour'])
  expect(series(drawn)[0]?.data).toEqual([
    [1, 0, 3.5],
    [0, 0, 1.25],
    [0, 1, Number.NaN],
  ])
  expect(drawn?.visualMap).toMatchObject({ min: 0, max: 3.5 })
})

test('tooltips are text on the canvas, so that names in the data are never markup', () => {
  for (const answer of [weekend, trend, hours]) expect(option(answer, light)?.tooltip).toMatchObject({ renderMode: 'richText' })
})
