import { describe, expect, test } from 'vitest'
import { begun, type Choice, features, featuresAt, fromPoints, hourOf, hourText, shows, toDot } from '../src/map/dots'
import { incident } from './make'

const minute = 60_000
const all: Choice = { severities: [], closed: true, since: 0 }
const dots = fromPoints([
  [-28, 44, 10 * minute, 2, 0, 'a', 0],
  [-28.1, 44.1, 30 * minute, 0, 2, 'b', 30 * minute],
])

test('a point of the API is a dot', () => {
  expect(dots.get('a')).toEqual({ id: 'a', lon: -28, lat: 44, last: 10 * minute, opened: 0, severity: 'critical', state: 'open' })
  expect(dots.get('b')).toMatchObject({ severity: 'low', state: 'closed' })
})

test('an incident of the stream is the same dot', () => {
  expect(toDot(incident('c', 1))).toEqual({
    id: 'c',
    lon: -28,
    lat: 44,
    severity: 'high',
    state: 'open',
    opened: Date.UTC(2026, 2, 7, 12, 0, 1),
    last: Date.UTC(2026, 2, 7, 12, 0, 1),
  })
})

test('the choice of severity, state and time is kept to', () => {
  const dot = dots.get('b')!
  expect(shows(all, dot)).toBe(true)
  expect(shows({ ...all, closed: false }, dot)).toBe(false)
  expect(shows({ ...all, severities: ['critical'] }, dot)).toBe(false)
  expect(shows({ ...all, since: 31 * minute }, dot)).toBe(false)
})

test('an icon for each severity and state', () => {
  expect(features(dots.values(), all).features.map(one => one.properties.icon)).toEqual(['critical open', 'low closed'])
})

describe('the replay', () => {
  const at = (moment: number) =>
    featuresAt(dots.values(), all, moment).features.map(one => [one.properties.id, one.properties.seen])
  test('shows what has begun, fainter when it is over', () => {
    expect(at(-1)).toEqual([])
    expect(at(5 * minute)).toEqual([['a', 1]])
    expect(at(17.5 * minute)).toEqual([['a', 0.5]])
    expect(at(30 * minute)).toEqual([
      ['a', 0.2],
      ['b', 1],
    ])
  })

  test('counts what began in each part', () => {
    expect(begun(dots.values(), 0, 60 * minute, 4)).toEqual([1, 0, 1, 0])
    expect(begun(dots.values(), 60 * minute, 120 * minute, 2)).toEqual([0, 0])
  })
})

test('an hour in the URL', () => {
  const hour = Date.UTC(2026, 2, 7, 12)
  expect(hourText(hour)).toBe('2026-03-07T12')
  expect(hourOf('2026-03-07T12')).toBe(hour)
  for (const other of [null, '', '2026-03-07', '2026-03-07T25', 'x']) expect(hourOf(other)).toBeNull()
})
