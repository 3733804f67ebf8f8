// Incidents as dots on the map: what the server says, what has happened since, and what an hour looked like as it passed.

import type { Incident, Point, Severity, State } from '../api'

export interface Dot {
  id: string
  lon: number
  lat: number
  severity: Severity
  state: State
  /** in ms */
  opened: number
  last: number
}

const severityOf: readonly Severity[] = ['low', 'high', 'critical']
const stateOf: readonly State[] = ['open', 'acknowledged', 'closed']

export function fromPoints(points: readonly Point[]): Map<string, Dot> {
  return new Map(
    points.map(([lon, lat, last, severity, state, id, opened]) => [
      id,
      { id, lon, lat, last, opened, severity: severityOf[severity] ?? 'low', state: stateOf[state] ?? 'open' },
    ]),
  )
}

export function toDot({ alert_id, lon, lat, severity, state, opened_at, last_at }: Incident): Dot {
  return { id: alert_id, lon, lat, severity, state, opened: Date.parse(opened_at), last: Date.parse(last_at) }
}

export interface Choice {
  /** none: all */
  severities: readonly Severity[]
  closed: boolean
  /** last seen at or after, in ms */
  since: number
}

export const shows = (choice: Choice, dot: Dot) =>
  dot.last >= choice.since &&
  (choice.closed || dot.state !== 'closed') &&
  (choice.severities.length === 0 || choice.severities.includes(dot.severity))

export interface Feature {
  type: 'Feature'
  geometry: { type: 'Point'; coordinates: [number, number] }
  properties: { id: string; icon: string; rank: number; seen: number }
}

export interface Features {
  type: 'FeatureCollection'
  features: Feature[]
}

const feature = (dot: Dot, state: State, seen: number): Feature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [dot.lon, dot.lat] },
  properties: { id: dot.id, icon: `${dot.severity} ${state}`, rank: severityOf.indexOf(dot.severity), seen },
})

export const features = (dots: Iterable<Dot>, choice: Choice): Features => ({
  type: 'FeatureCollection',
  features: [...dots].filter(dot => shows(choice, dot)).map(dot => feature(dot, dot.state, 1)),
})

const fading = 15 * 60_000
const faintest = 0.2

/** How it looked at a moment, in ms: what had begun by then, fainter the longer it is over. */
export const featuresAt = (dots: Iterable<Dot>, choice: Choice, moment: number): Features => ({
  type: 'FeatureCollection',
  features: [...dots]
    .filter(dot => dot.opened <= moment && shows({ ...choice, closed: true, since: 0 }, dot))
    .map(dot => feature(dot, 'open', Math.max(faintest, 1 - Math.max(0, moment - dot.last) / fading))),
})

/** How many began in each of so many equal parts of a time. */
export function begun(dots: Iterable<Dot>, from: number, to: number, parts: number): number[] {
  const counts = new Array<number>(parts).fill(0)
  for (const { opened } of dots) {
    const part = Math.floor(((opened - from) / (to - from)) * parts)
    if (part >= 0 && part < parts) counts[part]! += 1
  }
  return counts
}

export const hourMs = 3600_000

/** The beginning of an hour, in ms, from how the URL has it: 2026-03-07T12. */
export function hourOf(text: string | null): number | null {
  if (!text || !/^\d{4}-\d\d-\d\dT\d\d$/.test(text)) return null
  const at = Date.parse(`${text}:00:00Z`)
  return Number.isNaN(at) ? null : at
}

export const hourText = (at: number) => new Date(at).toISOString().slice(0, 13)
