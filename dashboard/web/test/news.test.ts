import { expect, test } from 'vitest'
import { isNew, sentence } from '../src/news'
import { alertEvent } from './make'

test('new is what opens an incident and is not late', () => {
  expect(isNew(alertEvent('a', 1))).toBe(true)
  expect(isNew(alertEvent('a', 1, { riot_id: 'b' }))).toBe(false)
  expect(isNew(alertEvent('a', 1, { stale: true }))).toBe(false)
  expect(isNew(alertEvent('a', 1, { cause: 'action' }))).toBe(false)
})

test('one sentence, however many', () => {
  const high = alertEvent('a', 1)
  const critical = alertEvent('b', 2, { severity: 'critical', citizen_name: '<b>Olav</b>', district: 'Harbour' })
  expect(sentence([])).toBe('')
  expect(sentence([high])).toBe('New high alert: Ida Holm, Market.')
  expect(sentence([high, critical, high])).toBe('3 new alerts, one of them critical: <b>Olav</b>, Harbour.')
  expect(sentence([high, high])).toBe('2 new alerts, all high: Ida Holm, Market and others.')
  expect(sentence([critical, critical, high])).toBe('3 new alerts, 2 of them critical: <b>Olav</b>, Harbour and others.')
})
