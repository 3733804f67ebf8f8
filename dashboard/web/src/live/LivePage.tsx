import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { now } from '../clock'
import { health } from '../feed'
import { ago, count, counted } from '../format'
import { IncidentPanel } from '../incident/IncidentPanel'
import { query } from '../url'
import { Filters } from './Filters'
import { Rows } from './Rows'
import { follow, list, loading, problem, total } from './store'
import { Tiles } from './Tiles'

export function LivePage() {
  useEffect(follow, [])
  const incident = useComputed(() => query.value.get('incident'))
  return (
    <div class={incident.value ? 'live-page with-panel' : 'live-page'}>
      <section class="incidents" aria-labelledby="live-title">
        <header class="page-head">
          <h1 id="live-title">Incidents</h1>
          <Summary />
        </header>
        <Tiles />
        <Filters />
        <Rows />
      </section>
      {incident.value && <IncidentPanel key={incident.value} id={incident.value} />}
    </div>
  )
}

function Summary() {
  const lastAlert = health.value?.numbers.last_alert_at
  return (
    <p class="summary">
      {problem.value ? (
        <span class="problem" role="alert">
          {problem.value}
        </span>
      ) : total.value === null ? (
        'Loading…'
      ) : (
        counted(total.value, 'incident')
      )}
      {lastAlert && <span> · last alert {ago(now.value - Date.parse(lastAlert))}</span>}
      {loading.value && list.value.rows.length > 0 && (
        <span class="visually-hidden"> Loading {count(list.value.rows.length)}</span>
      )}
    </p>
  )
}
