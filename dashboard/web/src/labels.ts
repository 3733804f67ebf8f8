import type { Severity, State, Verb } from './api'

export const severityLabel: Record<Severity, string> = { critical: 'Critical', high: 'High', low: 'Low' }
export const stateLabel: Record<State, string> = { open: 'Open', acknowledged: 'Acknowledged', closed: 'Closed' }
export const verbDone: Record<Verb, string> = {
  acknowledge: 'acknowledged it',
  assign: 'assigned it',
  close: 'closed it',
  reopen: 'reopened it',
}
