import { describe, expect, test } from 'vitest'
import type { Incident, Page } from '../src/api'
import { append, fromPage, type List, merge, most, nothing, order, release } from '../src/list'
import { incident } from './make'

const all = () => true
const ids = (list: List) => list.rows.map(row => row.alert_id)
const page = (incidents: Incident[], next: string | null = null): Page => ({ incidents, next, total: 0, position: 'a0-x0' })
const three = fromPage(page([incident('c', 3), incident('b', 2), incident('a', 1)]))

describe('merging what happens into the list', () => {
  test('a new incident is the first', () => {
    expect(ids(merge(three, [incident('d', 4)], all, false))).toEqual(['d', 'c', 'b', 'a'])
  })

  test('the same again changes nothing', () => {
    const once = merge(three, [incident('d', 4)], all, false)
    expect(merge(once, [incident('d', 4)], all, false)).toEqual(once)
  })

  test('another riot moves its incident up, and it is there once', () => {
    const next = merge(three, [incident('a', 9, { riots: 2 })], all, false)
    expect(ids(next)).toEqual(['a', 'c', 'b'])
    expect(next.rows[0]?.riots).toBe(2)
  })

  test('of several about one incident the last counts', () => {
    const next = merge(three, [incident('d', 4), incident('d', 4, { state: 'closed' })], all, false)
    expect(ids(next)).toEqual(['d', 'c', 'b', 'a'])
    expect(next.rows[0]?.state).toBe('closed')
  })

  test('what no longer fits the filter goes', () => {
    const open = (one: Incident) => one.state === 'open'
    expect(
      ids(merge(three, [incident('b', 2, { state: 'closed' }), incident('d', 4, { state: 'closed' })], open, false)),
    ).toEqual(['c', 'a'])
  })

  test('what belongs to a page that was not loaded is not shown before it', () => {
    const first = fromPage(page([incident('c', 3), incident('b', 2)], 'next'))
    expect(ids(merge(first, [incident('a', 1, { state: 'closed' })], all, false))).toEqual(['c', 'b'])
    expect(merge(first, [incident('b', 2, { state: 'closed' })], all, false).rows[1]?.state).toBe('closed')
  })

  test('the order of arrival does not matter, nor how it is cut', () => {
    const events = Array.from({ length: 60 }, (_, i) => incident(`i${i % 17}`, (i * 37) % 60, { riots: i }))
    const last = [...new Map(events.map(one => [one.alert_id, one])).values()].sort(order)
    for (const size of [1, 7, 60]) {
      let list: List = nothing
      for (let i = 0; i < events.length; i += size) list = merge(list, events.slice(i, i + size), all, false)
      expect(list.rows).toEqual(last)
    }
  })

  test('equal times are in the order of their ids, the highest first', () => {
    expect(ids(merge(nothing, [incident('a', 1), incident('c', 1), incident('b', 1)], all, false))).toEqual(['c', 'b', 'a'])
  })
})

describe('while somebody reads', () => {
  test('rows stay where they are, and new ones are counted', () => {
    const held = merge(three, [incident('d', 4), incident('a', 9, { riots: 2 })], all, true)
    expect(ids(held)).toEqual(['c', 'b', 'a'])
    expect(held.rows[2]?.riots).toBe(2)
    expect([...held.held.keys()]).toEqual(['d'])
  })

  test('then all comes at once', () => {
    const held = merge(three, [incident('d', 4), incident('a', 9)], all, true)
    const shown = release(held, all)
    expect(ids(shown)).toEqual(['a', 'd', 'c', 'b'])
    expect(shown.held.size).toBe(0)
  })

  test('what is held back is shown with the next that is not', () => {
    const held = merge(three, [incident('d', 4)], all, true)
    expect(ids(merge(held, [incident('e', 5)], all, false))).toEqual(['e', 'd', 'c', 'b', 'a'])
  })

  test('what is held back and no longer fits is forgotten', () => {
    const open = (one: Incident) => one.state === 'open'
    const held = merge(three, [incident('d', 4)], open, true)
    expect(merge(held, [incident('d', 4, { state: 'closed' })], open, true).held.size).toBe(0)
  })
})

describe('pages', () => {
  test('the next page is added, and nothing of it twice', () => {
    const first = fromPage(page([incident('d', 4), incident('c', 3)], 'next'))
    const more = append(first, page([incident('c', 3), incident('b', 2)], null))
    expect(ids(more)).toEqual(['d', 'c', 'b'])
    expect(first.more).toEqual({ cursor: 'next' })
    expect(more.more).toBeNull()
  })

  test('an incident that came up in the meantime is not there twice', () => {
    const first = merge(fromPage(page([incident('d', 4)], 'next')), [incident('a', 9)], all, false)
    expect(ids(append(first, page([incident('a', 1), incident('b', 2)])))).toEqual(['a', 'd', 'b'])
  })

  test('too many rows are let go from the end, and are asked for again by their time', () => {
    const many = Array.from({ length: most + 5 }, (_, i) => incident(`i${i}`, i))
    const list = merge(nothing, many, all, false)
    expect(list.rows.length).toBe(most)
    expect(list.rows[0]?.alert_id).toBe(`i${most + 4}`)
    expect(list.more).toEqual({ until: '2026-03-07T12:00:05.001Z' })
    const next = append(list, page([incident('i5', 5), incident('i4', 4)], 'next'))
    expect(next.rows.length).toBe(most + 1)
    expect(next.more).toEqual({ cursor: 'next', until: '2026-03-07T12:00:05.001Z' })
  })
})
