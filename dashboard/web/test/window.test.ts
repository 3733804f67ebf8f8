import { expect, test } from 'vitest'
import { inSight, scrolledTo } from '../src/window'

test('what is in sight is drawn, and a little beyond', () => {
  expect(inSight(0, 400, 40, 1000, 5)).toEqual({ first: 0, end: 15 })
  expect(inSight(4010, 400, 40, 1000, 5)).toEqual({ first: 95, end: 116 })
  expect(inSight(39_600, 400, 40, 1000, 5)).toEqual({ first: 985, end: 1000 })
})

test('never more than there is', () => {
  expect(inSight(0, 400, 40, 3, 5)).toEqual({ first: 0, end: 3 })
  expect(inSight(90_000, 400, 40, 3, 5)).toEqual({ first: 3, end: 3 })
  expect(inSight(0, 400, 40, 0)).toEqual({ first: 0, end: 0 })
})

test('a row is scrolled into sight, and no further', () => {
  expect(scrolledTo(0, 200, 400, 40)).toBe(0)
  expect(scrolledTo(7, 200, 400, 40)).toBe(200)
  expect(scrolledTo(20, 200, 400, 40)).toBe(440)
})
