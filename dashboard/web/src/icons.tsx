// Drawn here rather than in a font or files: they take their colours from the style sheet.

import type { ComponentChildren } from 'preact'
import type { Severity, State } from './api'

const severityShapes: Record<Severity, ComponentChildren> = {
  critical: <path d="M8 1.2 15.2 14H.8Z" />,
  high: <path d="M8 .8 15.2 8 8 15.2.8 8Z" />,
  low: <circle cx="8" cy="8" r="6" />,
}

export const SeverityIcon = ({ severity }: { severity: Severity }) => (
  <svg class={`severity ${severity}`} viewBox="0 0 16 16" aria-hidden="true">
    {severityShapes[severity]}
  </svg>
)

const stateShapes: Record<State, ComponentChildren> = {
  open: <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" />,
  acknowledged: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" />
    </>
  ),
  closed: <path d="m3 8.5 3.4 3.4L13 4.6" fill="none" stroke="currentColor" stroke-width="2" />,
}

export const StateIcon = ({ state }: { state: State }) => (
  <svg class="icon small" viewBox="0 0 16 16" aria-hidden="true">
    {stateShapes[state]}
  </svg>
)

const lines = {
  live: 'M2 12h4l2.5-7 5 14 2.5-7h6',
  map: 'M9 4 3 6.5v13.5l6-2.5 6 2.5 6-2.5V4l-6 2.5L9 4Zm0 0v13.5m6-11V20',
  analysis: 'M4 20V4m0 16h17M8.5 16v-5m4.5 5V7m4.5 9v-7',
  health: 'M12 20.5C5 15.5 3 12 3 8.8A4.8 4.8 0 0 1 12 6.5a4.8 4.8 0 0 1 9 2.3c0 3.2-2 6.7-9 11.7Z',
  settings: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm5-1.5L21 21',
  close: 'm6 6 12 12M18 6 6 18',
  back: 'm14 5-7 7 7 7',
  forward: 'm10 5 7 7-7 7',
  play: 'M7 4.5v15l12-7.5Z',
  pause: 'M8 5v14m8-14v14',
  again: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5',
  up: 'M12 20V5m-6 6 6-6 6 6',
  filter: 'M4 6h16M7 12h10m-7 6h4',
  check: 'm5 12.5 4.5 4.5L19 7',
  warning: 'M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.5v.1',
  unknown: 'M9 9a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1.1-1.4 2.3m0 3v.1',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
} as const

export type IconName = keyof typeof lines

export const Icon = ({ name, small }: { name: IconName; small?: boolean }) => (
  <svg class={small ? 'icon small' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
    <path d={lines[name]} fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
)
