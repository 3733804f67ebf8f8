import type { Incident, IncidentEvent } from '../src/api'

/** An incident last seen so many seconds after noon. */
export function incident(id: string, second = 0, more: Partial<Incident> = {}): Incident {
  const at = new Date(Date.UTC(2026, 2, 7, 12, 0, second)).toISOString()
  return {
    alert_id: id,
    citizen_id: 'citizen-000007',
    citizen_name: 'Ida Holm',
    drone_id: 'drone-000042',
    district: 'Market',
    lat: 44,
    lon: -28,
    severity: 'high',
    opened_at: at,
    last_at: at,
    riots: 1,
    rioters: 1,
    peacescore: 4.2,
    words: ['bread', 'now'],
    stale: false,
    state: 'open',
    assignee: null,
    acted_by: null,
    acted_at: null,
    alerted_at: at,
    ...more,
  }
}

export const alertEvent = (id: string, offset: number, more: Partial<IncidentEvent> = {}): IncidentEvent => ({
  ...incident(id, offset),
  cause: 'alert',
  riot_id: id,
  kafka_timestamp: '2026-03-07T12:00:00.000Z',
  partition: 0,
  offset,
  ...more,
})
