// What the health was while this page was open: ten minutes of it, for the small curves.

import type { Health } from '../api'

export type History = readonly Pick<Health, 'at' | 'numbers'>[]

/** one every 5 s */
export const longest = 120
/** as wide as this many are the first ones, so that a curve does not begin as a speck */
const fewest = 13

export const remember = (past: History, { at, numbers }: Health): History =>
  past.at(-1)?.at === at ? past : [...past, { at, numbers }].slice(-longest)

export const valuesOf = (past: History, of: (numbers: Health['numbers']) => number | null) => past.map(one => of(one.numbers))

/** A path within a box of that size, broken where nothing is known; from zero up to the highest value. */
export function curve(values: readonly (number | null)[], width: number, height: number): string {
  const highest = Math.max(...values.map(value => value ?? 0))
  const step = width / (Math.max(values.length, fewest) - 1)
  const left = width - (values.length - 1) * step
  let broken = true
  let path = ''
  for (const [i, value] of values.entries()) {
    if (value === null) {
      broken = true
      continue
    }
    const x = left + i * step
    const y = highest > 0 ? height - (value / highest) * height : height
    path += `${broken ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    broken = false
  }
  return path
}
