// What happened in an incident, newest first: what drones saw and what people did.

import type { Action, Alert, Detail } from '../api'

export type Entry = { at: string; alert: Alert } | { at: string; action: Action }

export function history({ alerts, actions }: Pick<Detail, 'alerts' | 'actions'>): Entry[] {
  const entries: Entry[] = [
    ...actions.map(action => ({ at: action.at, action })).reverse(),
    ...alerts.map(alert => ({ at: seenAt(alert), alert })),
  ]
  return entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
}

/** As the server has it: no riot is seen after the alert that tells of it, though a drone's clock may run ahead. */
const seenAt = ({ detected_at, alerted_at }: Alert) => (detected_at < alerted_at ? detected_at : alerted_at)

/** The names that have to do with it, for whoever assigns it next. */
export function people({ actions }: Pick<Detail, 'actions'>): string[] {
  return [...new Set(actions.flatMap(({ by, assignee }) => [by, assignee ?? '']))].filter(Boolean).sort()
}
