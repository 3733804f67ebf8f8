// An answer's chart in a few shapes, for a list of many: small enough to be there at once, without axes and numbers.

import type { Answer, Value } from '../api'
import { table } from './option'

export type Shape =
  | { kind: 'bar'; x: number; y: number; width: number; height: number }
  /** strength from 0 to 1 */
  | { kind: 'cell'; x: number; y: number; width: number; height: number; strength: number }
  | { kind: 'line' | 'band' | 'interval'; path: string }
  | { kind: 'dot'; x: number; y: number }

export const width = 240
export const height = 72
/** what is drawn with a thick pen must not be cut off */
const edge = 3

/** As many bars as can be told from each other. */
const most = 20

export function sketch(answer: Answer): Shape[] {
  if (answer.rows.length === 0) return []
  return { bars, lines, heat }[answer.chart.kind]?.(answer) ?? []
}

/** From zero, or from the least below it, up to the most: how high on the sketch a value is. */
function scale(values: readonly number[]): (value: number) => number {
  const known = values.filter(value => !Number.isNaN(value))
  const least = Math.min(0, ...known)
  const span = Math.max(0, ...known) - least || 1
  return value => height - edge - ((value - least) / span) * (height - 2 * edge)
}

const is = (...values: number[]) => !values.some(Number.isNaN)
const round = (n: number) => Math.round(n * 10) / 10
const at = (x: number, y: number) => `${round(x)} ${round(y)}`

function bars(answer: Answer): Shape[] {
  const { y, low, high } = answer.chart
  const { num } = table(answer)
  const rows = answer.rows.slice(0, most)
  const ends = (row: Value[]) => (low && high ? [num(row, low), num(row, high)] : [Number.NaN, Number.NaN]) as [number, number]
  const up = scale(rows.flatMap(row => [num(row, y), ...ends(row)]))
  const step = width / rows.length
  const thick = Math.min(step * 0.7, 40)
  return rows.flatMap((row, i): Shape[] => {
    const middle = (i + 0.5) * step
    const value = num(row, y)
    const [from, to] = ends(row)
    const [top, bottom] = [up(Math.max(value, 0)), up(Math.min(value, 0))]
    return [
      ...(is(value)
        ? [
            {
              kind: 'bar' as const,
              x: round(middle - thick / 2),
              y: round(top),
              width: round(thick),
              height: round(bottom - top),
            },
          ]
        : []),
      ...(is(from, to) ? [{ kind: 'interval' as const, path: `M${at(middle, up(from))}V${round(up(to))}` }] : []),
    ]
  })
}

function lines(answer: Answer): Shape[] {
  const { x, y, low, high, dots, series } = answer.chart
  const { num, at: value } = table(answer)
  const { rows } = answer
  const place = (row: Value[]) => {
    const there = value(row, x)
    return typeof there === 'string' ? Date.parse(there) : (there ?? Number.NaN)
  }
  const places = rows.map(place).filter(one => is(one))
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const along = (row: Value[]) => edge + ((place(row) - first) / (last - first || 1)) * (width - 2 * edge)
  const up = scale(rows.flatMap(row => [y, low, high, dots].flatMap(column => (column ? [num(row, column)] : []))))
  const through = (of: Value[][], column: string) =>
    of.filter(row => is(along(row), num(row, column))).map(row => at(along(row), up(num(row, column))))
  const groups = series ? [...new Set(rows.map(row => String(value(row, series))))] : ['']
  const shapes = groups.flatMap((group): Shape[] => {
    const own = series ? rows.filter(row => String(value(row, series)) === group) : rows
    const band = low && high ? [...through(own, low), ...through(own, high).reverse()] : []
    return [
      ...(band.length > 0 ? [{ kind: 'band' as const, path: `M${band.join('L')}Z` }] : []),
      { kind: 'line', path: `M${through(own, y).join('L')}` },
    ]
  })
  const seen = dots ? rows.filter(row => is(along(row), num(row, dots))) : []
  return [...shapes, ...seen.map(row => ({ kind: 'dot' as const, x: round(along(row)), y: round(up(num(row, dots!))) }))]
}

function heat(answer: Answer): Shape[] {
  const { x, y, series } = answer.chart
  const { num, at: value } = table(answer)
  const { rows } = answer
  const across = [...new Set(rows.map(row => value(row, x)))].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : 0,
  )
  const down = series ? [...new Set(rows.map(row => String(value(row, series))))] : ['']
  const highest = Math.max(...rows.map(row => num(row, y)).filter(one => is(one)), 0)
  const [wide, tall] = [width / across.length, height / down.length]
  return rows
    .filter(row => is(num(row, y)))
    .map(row => ({
      kind: 'cell',
      x: round(across.indexOf(value(row, x)) * wide),
      y: round((series ? down.indexOf(String(value(row, series))) : 0) * tall),
      width: round(wide),
      height: round(tall),
      strength: Math.round((Math.max(0, num(row, y)) / (highest || 1)) * 100) / 100,
    }))
}
