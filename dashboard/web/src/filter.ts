// Which incidents are shown. A filter is in the page's URL under the names that the API has for it.

import type { Incident, Severity, State } from './api'

export const severities: readonly Severity[] = ['critical', 'high', 'low']
export const states: readonly State[] = ['open', 'acknowledged', 'closed']

export interface Filter {
  /** none: all */
  states: readonly State[]
  severities: readonly Severity[]
  district: string
  citizen: string
  text: string
}

export const everything: Filter = { states: [], severities: [], district: '', citizen: '', text: '' }

const some = <T extends string>(all: readonly T[], text: string | null): T[] => {
  const named = (text ?? '').split(',')
  const chosen = all.filter(one => named.includes(one))
  return chosen.length === all.length ? [] : chosen
}

export function fromQuery(query: URLSearchParams): Filter {
  return {
    states: some(states, query.get('state')),
    severities: some(severities, query.get('severity')),
    district: query.get('district') ?? '',
    citizen: query.get('citizen') ?? '',
    text: query.get('q') ?? '',
  }
}

/** What narrows, and nothing else: the same filter is always the same text. */
export function toQuery(filter: Filter): URLSearchParams {
  const query = new URLSearchParams()
  const put = (name: string, value: string) => value && query.set(name, value)
  put('state', states.filter(one => filter.states.includes(one)).join(','))
  put('severity', severities.filter(one => filter.severities.includes(one)).join(','))
  put('district', filter.district)
  put('citizen', filter.citizen)
  put('q', filter.text.trim())
  return query
}

export const isEverything = (filter: Filter) => toQuery(filter).size === 0

/** Chosen, it is left out; left out, it is chosen. All of them chosen is none: no filter. */
export function toggled<T>(all: readonly T[], chosen: readonly T[], one: T): T[] {
  const next = chosen.includes(one) ? chosen.filter(other => other !== one) : [...chosen, one]
  return next.length === all.length ? [] : next
}

/** Whether the server, asked with that filter, would list the incident. */
export function matches(filter: Filter, incident: Incident): boolean {
  if (filter.states.length > 0 && !filter.states.includes(incident.state)) return false
  if (filter.severities.length > 0 && !filter.severities.includes(incident.severity)) return false
  if (filter.district && filter.district !== incident.district) return false
  if (filter.citizen && filter.citizen !== incident.citizen_id) return false
  const text = filter.text.trim().toLowerCase()
  if (!text) return true
  const { citizen_name, citizen_id, drone_id, district, assignee, words, alert_id } = incident
  return [citizen_name, citizen_id, drone_id, district, assignee ?? '', alert_id, ...words].some(held =>
    held.toLowerCase().includes(text),
  )
}
