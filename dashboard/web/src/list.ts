// The list of incidents that is shown, newest first: the pages that were loaded, and what has happened since. While somebody
// reads, what would push the rows about is held back and counted.

import type { Incident, Page } from './api'

export interface List {
  rows: readonly Incident[]
  /** what is not shown yet, by alert_id */
  held: ReadonlyMap<string, Incident>
  /** how to ask for what comes after the last row; null when there is nothing */
  more: More | null
}

export interface More {
  cursor?: string
  until?: string
}

export const nothing: List = { rows: [], held: new Map(), more: null }

/** More rows than this are let go; they are asked for again when somebody scrolls there. */
export const most = 20_000

export type Matches = (incident: Incident) => boolean

/** Newest first, as the server sorts. Times are all of one form, so they compare as text. */
export const order = (a: Incident, b: Incident) => compare(b.last_at, a.last_at) || compare(b.alert_id, a.alert_id)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export const fromPage = (page: Page): List => ({ rows: page.incidents, held: new Map(), more: next(page) })

/** Adds the page that was asked for with `list.more`. What is in the list already is not there twice. */
export function append(list: List, page: Page): List {
  const known = new Set(list.rows.map(row => row.alert_id))
  const rows = page.incidents.filter(row => !known.has(row.alert_id) && !list.held.has(row.alert_id))
  return { ...list, rows: [...list.rows, ...rows], more: next(page, list.more?.until) }
}

const next = (page: Page, until?: string): More | null => (page.next ? { cursor: page.next, ...(until && { until }) } : null)

/** Takes in incidents as they are now, the last of each counting. */
export function merge(list: List, incidents: readonly Incident[], matches: Matches, hold: boolean): List {
  const changed = new Map(incidents.map(one => [one.alert_id, one]))
  return hold ? heldBack(list, changed, matches) : shown(list, changed, matches)
}

/** Shows what was held back. */
export const release = (list: List, matches: Matches): List => merge(list, [], matches, false)

function heldBack(list: List, changed: ReadonlyMap<string, Incident>, matches: Matches): List {
  const inRows = new Set<string>()
  const rows = list.rows.map(row => {
    const now = changed.get(row.alert_id)
    if (now) inRows.add(row.alert_id)
    return now ?? row
  })
  const held = new Map(list.held)
  for (const [id, one] of changed) {
    if (inRows.has(id)) continue
    if (matches(one) && isLoaded(list, one)) held.set(id, one)
    else held.delete(id)
  }
  return { ...list, rows, held }
}

function shown(list: List, changed: ReadonlyMap<string, Incident>, matches: Matches): List {
  const comes = new Map([...list.held, ...changed])
  const stays = list.rows.filter(row => !comes.has(row.alert_id) && matches(row))
  const rows = [...comes.values()].filter(one => matches(one) && isLoaded(list, one))
  return trimmed({ ...list, rows: [...stays, ...rows].sort(order), held: new Map() })
}

/** Whether it belongs among the rows rather than to a page that was not loaded. */
function isLoaded(list: List, one: Incident): boolean {
  const last = list.rows.at(-1)
  return list.more === null || last === undefined || order(one, last) <= 0
}

function trimmed(list: List): List {
  if (list.rows.length <= most) return list
  const rows = list.rows.slice(0, most)
  return { ...list, rows, more: { until: justAfter(rows.at(-1)!.last_at) } }
}

const justAfter = (time: string) => new Date(Date.parse(time) + 1).toISOString()
