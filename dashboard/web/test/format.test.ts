import { expect, test } from 'vitest'
import { age, ago, counted, figure, milliseconds, number, seconds, shortTime } from '../src/format'

const minute = 60_000

test.each([
  [-3 * 60 * minute, 'now'],
  [0, 'now'],
  [999, 'now'],
  [1000, '1 s'],
  [59_999, '59 s'],
  [minute, '1 min'],
  [59.9 * minute, '59 min'],
  [60 * minute, '1 h'],
  [24 * 60 * minute, '1 d'],
  [1234 * 24 * 60 * minute, '1,234 d'],
  [Number.NaN, 'now'],
])('%d ms is %s', (ms, short) => {
  expect(age(ms)).toBe(short)
})

test('what is of a clock that is ahead is of now, in a sentence as in a column', () => {
  expect(ago(-3 * 60 * minute)).toBe('just now')
  expect(ago(999)).toBe('just now')
  expect(ago(12_000)).toBe('12 s ago')
})

test('a time of today is without its date', () => {
  const now = Date.parse('2026-03-07T13:00:00Z')
  expect(shortTime('2026-03-07T12:00:01.250Z', now)).toBe('12:00:01')
  expect(shortTime('2026-03-06T12:00:01.250Z', now)).toBe('2026-03-06 12:00')
})

test('numbers have the digits that matter', () => {
  expect(number(0.8632879045996593)).toBe('0.8633')
  expect(number(483_840)).toBe('483,840')
  expect(milliseconds(12.345)).toBe('12.3 ms')
  expect(milliseconds(65_000)).toBe('65 s')
  expect(seconds(7.25)).toBe('7.25 s')
  expect(figure(2327.71)).toBe('2,328')
  expect(seconds(600)).toBe('10 min')
  expect(counted(1, 'entry', 'entries')).toBe('1 entry')
  expect(counted(2000, 'entry', 'entries')).toBe('2,000 entries')
})
