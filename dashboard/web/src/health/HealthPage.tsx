import './health.css'
import { effect, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Health } from '../api'
import { now } from '../clock'
import { health, refreshHealth } from '../feed'
import { ago, count, dateTime, figure, milliseconds, seconds } from '../format'
import { Icon } from '../icons'
import { type History, remember, valuesOf } from './history'
import { Spark } from './Spark'

const past = signal<History>([])
effect(() => {
  if (health.value) past.value = remember(past.peek(), health.value)
})

export function HealthPage() {
  useEffect(() => {
    void refreshHealth()
  }, [])
  const is = health.value
  if (!is) return <p class="empty">How the pipeline is, is not known yet.</p>
  const bad = is.checks.filter(check => check.ok === false)
  const unknown = is.checks.filter(check => check.ok === null)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="page health" tabIndex={0} aria-label="Health">
      <header class="page-head">
        <h1>Health of the pipeline</h1>
        <p class="summary" title={`${dateTime(is.at)} UTC`}>
          as of {ago(now.value - Date.parse(is.at))}
        </p>
      </header>
      <p class={bad.length > 0 ? 'verdict bad' : 'verdict good'} role="status">
        <Icon name={bad.length > 0 ? 'warning' : 'check'} />
        {verdict(bad.length, unknown.length)}
      </p>
      <Numbers numbers={is.numbers} />
      <section aria-labelledby="checks-title">
        <h2 id="checks-title">Checks</h2>
        <ul class="checks">
          {is.checks.map(({ name, ok, value, says }) => (
            <li key={name} class={ok === null ? 'unknown' : ok ? 'good' : 'bad'}>
              <Icon name={ok === null ? 'unknown' : ok ? 'check' : 'warning'} />
              <strong>
                {name}
                <span class="visually-hidden">{ok === null ? ' not known' : ok ? ' well' : ' not well'}</span>
              </strong>
              <span class="check-value">{value}</span>
              <span class="check-says">{says}</span>
            </li>
          ))}
        </ul>
      </section>
      <div class="health-tables">
        <Group title="Records per second, by topic">
          {byName(is.numbers.rates).map(([topic, rate]) => (
            <Line key={topic} name={topic} value={rate === null ? '–' : figure(rate)}>
              <Spark values={valuesOf(past.value, one => one.rates[topic] ?? null)} />
            </Line>
          ))}
        </Group>
        <Group title="Records that wait">
          <Line name="alerter" value={known(is.numbers.alerter_lag, count)}>
            <Spark values={valuesOf(past.value, one => one.alerter_lag)} />
          </Line>
          {byName(is.numbers.sink_lags).map(([sink, lag]) => (
            <Line key={sink} name={sink} value={known(lag, count)}>
              <Spark values={valuesOf(past.value, one => one.sink_lags[sink] ?? null)} />
            </Line>
          ))}
          <Line name="this control room" value={known(is.numbers.dashboard_lag, count)}>
            <Spark values={valuesOf(past.value, one => one.dashboard_lag)} />
          </Line>
        </Group>
        <Group title="Dead letters, by topic">
          {byName(is.numbers.dead_letters).map(([topic, n]) => (
            <Line key={topic} name={topic} value={known(n, count)} bad={(n ?? 0) > 0} />
          ))}
          <Line name="not readable here" value={count(is.numbers.skipped)} bad={is.numbers.skipped > 0} />
        </Group>
        <Connectors connectors={is.numbers.connectors} />
      </div>
    </section>
  )
}

const verdict = (bad: number, unknown: number) => {
  if (bad === 1) return 'One check is not well.'
  if (bad > 1) return `${bad} checks are not well.`
  return unknown > 0 ? `What can be checked is well; ${unknown} cannot be.` : 'All is well.'
}

const known = (n: number | null, as: (n: number) => string) => (n === null ? '–' : as(n))
const byName = <T,>(values: Record<string, T>) => Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))

function Numbers({ numbers }: { numbers: Health['numbers'] }) {
  const last = numbers.last_alert_at
  return (
    <div class="numbers">
      <Figure
        name="Alert latency, p50"
        value={known(numbers.latency_p50_ms, milliseconds)}
        values={valuesOf(past.value, one => one.latency_p50_ms)}
      />
      <Figure
        name="Alert latency, p99"
        value={known(numbers.latency_p99_ms, milliseconds)}
        values={valuesOf(past.value, one => one.latency_p99_ms)}
      />
      <Figure
        name="Archive delay"
        value={known(numbers.archive_delay_s, seconds)}
        values={valuesOf(past.value, one => one.archive_delay_s)}
      />
      <Figure name="Last alert" value={last ? ago(now.value - Date.parse(last)) : '–'} />
      <Figure name="Browsers here" value={count(numbers.clients)} values={valuesOf(past.value, one => one.clients)} />
    </div>
  )
}

function Figure({ name, value, values }: { name: string; value: string; values?: (number | null)[] }) {
  return (
    <div class="number">
      <span class="number-name">{name}</span>
      <span class="number-value">{value}</span>
      {values && <Spark values={values} />}
    </div>
  )
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="group">
      <h2>{title}</h2>
      <dl>{children}</dl>
    </section>
  )
}

function Line({ name, value, bad, children }: { name: string; value: string; bad?: boolean; children?: ComponentChildren }) {
  return (
    <div class={bad ? 'line bad' : 'line'}>
      <dt>{name}</dt>
      <dd>
        {children}
        <span>{value}</span>
      </dd>
    </div>
  )
}

function Connectors({ connectors }: { connectors: Health['numbers']['connectors'] }) {
  return (
    <section class="group">
      <h2>Connectors</h2>
      {connectors === null && <p class="note">Kafka Connect does not answer.</p>}
      {connectors?.length === 0 && <p class="note">There is none.</p>}
      <dl>
        {connectors?.flatMap(({ name, state, tasks }) => [
          <div key={name} class={state === 'RUNNING' ? 'line' : 'line bad'}>
            <dt>{name}</dt>
            <dd>{state.toLowerCase()}</dd>
          </div>,
          ...tasks.map(task => (
            <div key={`${name} ${task.id}`} class={task.state === 'RUNNING' ? 'line task' : 'line task bad'}>
              <dt>
                task {task.id} <small>{task.worker}</small>
              </dt>
              <dd>{task.state.toLowerCase()}</dd>
            </div>
          )),
        ])}
      </dl>
    </section>
  )
}
