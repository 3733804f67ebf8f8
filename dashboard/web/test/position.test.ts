import { expect, test } from 'vitest'
import { contains } from '../src/position'

test.each([
  ['a record before the next offset is contained', 'a3.17-x0.1', { cause: 'alert', partition: 1, offset: 16 }, true],
  ['the next one is not', 'a3.17-x0.1', { cause: 'alert', partition: 1, offset: 17 }, false],
  ['actions have offsets of their own', 'a3.17-x0.1', { cause: 'action', partition: 1, offset: 1 }, false],
  ['and are contained alike', 'a3.17-x0.1', { cause: 'action', partition: 1, offset: 0 }, true],
  ['whichever topics they are', 'a3.17-x0.1-5f2c9a10', { cause: 'alert', partition: 1, offset: 16 }, true],
  ['an unknown partition holds nothing', 'a3.17-x0.1', { cause: 'alert', partition: 2, offset: 0 }, false],
  ['what is not a position holds nothing', 'b1', { cause: 'alert', partition: 0, offset: 0 }, false],
] as const)('%s', (_, position, place, held) => {
  expect(contains(position, place)).toBe(held)
})
