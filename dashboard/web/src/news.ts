// What is worth a word among what happens.

import type { IncidentEvent, Severity } from './api'
import { severities } from './filter'
import { counted } from './format'

export const isNew = (event: IncidentEvent) => event.cause === 'alert' && event.riot_id === event.alert_id && !event.stale

/** One sentence about what is new. */
export function sentence(news: readonly Pick<IncidentEvent, 'severity' | 'citizen_name' | 'district'>[]): string {
  const worst = worstOf(news)
  if (!worst) return ''
  const of = `${worst.citizen_name}, ${worst.district}`
  if (news.length === 1) return `New ${worst.severity} alert: ${of}.`
  const as = news.filter(one => one.severity === worst.severity).length
  const which =
    as === 1 ? `one of them ${worst.severity}` : as === news.length ? `all ${worst.severity}` : `${as} of them ${worst.severity}`
  return `${counted(news.length, 'new alert')}, ${which}: ${of}${as > 1 ? ' and others' : ''}.`
}

const worstOf = <T extends { severity: Severity }>(news: readonly T[]): T | undefined =>
  severities.map(severity => news.findLast(one => one.severity === severity)).find(one => one !== undefined)
