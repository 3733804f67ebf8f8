import type { Severity } from '../api'
import { everything, severities, toQuery } from '../filter'
import { count } from '../format'
import { SeverityIcon } from '../icons'
import { severityLabel } from '../labels'
import { readable } from '../route'
import { filter, open } from './store'

/** How many incidents wait for somebody, and the way to them. */
export function Tiles() {
  return (
    <nav class="tiles" aria-label="Open incidents by severity">
      {severities.map(severity => (
        <Tile key={severity} severity={severity} />
      ))}
    </nav>
  )
}

function Tile({ severity }: { severity: Severity }) {
  const narrowed = toQuery({ ...everything, states: ['open'], severities: [severity] })
  const chosen = toQuery(filter.value).toString() === narrowed.toString()
  const n = open.value?.[severity]
  return (
    <a class={`tile ${severity}`} href={chosen ? '/' : `/?${readable(narrowed)}`} aria-current={chosen ? 'true' : undefined}>
      <SeverityIcon severity={severity} />
      <span class="tile-number">{n === undefined ? '–' : count(n)}</span>
      <span class="tile-label">
        {severityLabel[severity]}
        <span class="tile-more">, open</span>
      </span>
    </a>
  )
}
