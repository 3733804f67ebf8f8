import { expect, test } from 'vitest'
import type { Health } from '../src/api'
import { curve, longest, remember } from '../src/health/history'
import { history, people } from '../src/incident/history'

const action = (at: string, by: string, assignee?: string) => ({
  action_id: at,
  action: 'assign' as const,
  by,
  at,
  assignee,
  effective: true,
})

test('what drones saw and what people did are one history, newest first', () => {
  const alert = { riot_id: 'r', detected_at: '2026-03-07T12:00:01.000Z', alerted_at: '2026-03-07T12:00:01.004Z' } as never
  const entries = history({
    alerts: [alert],
    actions: [action('2026-03-07T12:00:00.000Z', 'Ida'), action('2026-03-07T12:00:02.000Z', 'Noor')],
  })
  expect(entries.map(entry => entry.at.slice(17, 19))).toEqual(['02', '01', '00'])
})

test('a drone whose clock runs ahead saw nothing after it was alerted on', () => {
  const alert = { riot_id: 'r', detected_at: '2026-03-07T18:00:00.000Z', alerted_at: '2026-03-07T12:00:01.004Z' } as never
  const entries = history({ alerts: [alert], actions: [action('2026-03-07T12:00:02.000Z', 'Noor')] })
  expect(entries.map(entry => entry.at.slice(11, 19))).toEqual(['12:00:02', '12:00:01'])
})

test('people are named once', () => {
  expect(people({ actions: [action('1', 'Noor', 'Ida'), action('2', 'Ida')] })).toEqual(['Ida', 'Noor'])
})

test('the health of the last minutes is remembered, each moment once', () => {
  const at = (i: number) => ({ at: String(i), numbers: {} }) as Health
  let past = remember([], at(0))
  expect(remember(past, at(0))).toBe(past)
  for (let i = 1; i < longest + 9; i++) past = remember(past, at(i))
  expect(past.length).toBe(longest)
  expect(past.at(-1)?.at).toBe(String(longest + 8))
})

test('a curve ends at the right, and is broken where nothing is known', () => {
  expect(curve([], 100, 20)).toBe('')
  expect(curve([0, 0], 120, 20)).toBe('M110.0 20.0L120.0 20.0')
  expect(curve([10, null, 5], 120, 20)).toBe('M100.0 0.0M120.0 10.0')
})
