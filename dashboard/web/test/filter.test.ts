import { describe, expect, test } from 'vitest'
import { everything, type Filter, fromQuery, isEverything, matches, severities, toggled, toQuery } from '../src/filter'
import { readable } from '../src/route'
import { incident } from './make'

const narrow: Filter = {
  states: ['open', 'acknowledged'],
  severities: ['critical'],
  district: 'Old Town',
  citizen: 'citizen-1',
  text: 'a&b',
}

describe('filters in the URL', () => {
  test('what is written is read again', () => {
    for (const filter of [everything, narrow, { ...everything, text: 'ünïcode, and = signs' }]) {
      expect(fromQuery(new URLSearchParams(readable(toQuery(filter))))).toEqual(filter)
    }
  })

  test('the same filter is always the same text', () => {
    const query = toQuery({ ...narrow, states: ['acknowledged', 'open'] })
    expect(readable(query)).toBe('state=open,acknowledged&severity=critical&district=Old+Town&citizen=citizen-1&q=a%26b')
  })

  test('no filter is no query', () => {
    expect(toQuery(everything).size).toBe(0)
    expect(isEverything(fromQuery(new URLSearchParams('state=&incident=a/1/b')))).toBe(true)
  })

  test('what is not known is not chosen, and all of them is no filter', () => {
    expect(fromQuery(new URLSearchParams('state=open,broken')).states).toEqual(['open'])
    expect(fromQuery(new URLSearchParams('severity=low,high,critical')).severities).toEqual([])
  })
})

test('a choice is switched on and off, and all of them are none', () => {
  expect(toggled(severities, [], 'low')).toEqual(['low'])
  expect(toggled(severities, ['low'], 'low')).toEqual([])
  expect(toggled(severities, ['low', 'high'], 'critical')).toEqual([])
})

describe('which incidents match', () => {
  const one = incident('drone-000042/0000000001/citizen-000007', 0, { assignee: 'Noor' })
  test.each<[string, Partial<Filter>, boolean]>([
    ['all, without a filter', {}, true],
    ['its state', { states: ['open'] }, true],
    ['not another state', { states: ['closed'] }, false],
    ['its severity', { severities: ['high', 'low'] }, true],
    ['not another severity', { severities: ['critical'] }, false],
    ['its district', { district: 'Market' }, true],
    ['not a part of its district', { district: 'Mark' }, false],
    ['not another citizen', { citizen: 'citizen-00000' }, false],
    ['a part of the name, whatever the case', { text: 'IDA' }, true],
    ['a word that was heard', { text: 'bread' }, true],
    ['the assignee', { text: 'noor' }, true],
    ['the drone', { text: 'drone-000042' }, true],
    ['nothing of it', { text: 'zebra' }, false],
    ['its state but not its severity', { states: ['open'], severities: ['low'] }, false],
  ])('%s', (_, filter, expected) => {
    expect(matches({ ...everything, ...filter }, one)).toBe(expected)
  })
})
