import './map.css'
import { computed, effect, signal, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api } from '../api'
import { now } from '../clock'
import { load as loadDistricts } from '../districts'
import { fromQuery, severities } from '../filter'
import { followed } from '../follow'
import { counted, shortTime } from '../format'
import { Icon, SeverityIcon } from '../icons'
import { IncidentPanel } from '../incident/IncidentPanel'
import { isNew } from '../news'
import { dark } from '../settings'
import { SeverityToggles } from '../Toggles'
import { go, incidentLink, query, withQuery } from '../url'
import { type Choice, type Dot, features, featuresAt, fromPoints, hourMs, hourOf, shows, toDot } from './dots'
import { Replay } from './Replay'
import { openScene, type Scene } from './scene'

const spans = { hour: 3600_000, day: 86_400_000, week: 604_800_000, all: Number.POSITIVE_INFINITY }
type Span = keyof typeof spans
const spanNames: Record<Span, string> = { hour: 'Last hour', day: 'Last 24 hours', week: 'Last 7 days', all: 'All time' }

/** Changed in place, as a copy of 100,000 for each event would be most of the work; `version` says that it was. */
let dots = new Map<string, Dot>()
const version = signal(0)
const scene = signal<Scene | null>(null)
const shown = signal(0)
const truncated = signal(false)
/** what was clicked where several are at one place */
const here = signal<string[]>([])
/** the moment that is replayed, in ms */
const moment = signal(0)
/** nothing happened in the last day, so more is shown unasked */
const wider = signal(false)

const chosenSpan = computed<Span>(() => {
  const asked = query.value.get('span')
  if (asked && asked in spans) return asked as Span
  return wider.value ? 'all' : 'day'
})
const hour = computed(() => hourOf(query.value.get('hour')))
const severityText = computed(() => fromQuery(query.value).severities.join(','))
const withClosed = computed(() => query.value.get('closed') === '1')
const hot = computed(() => query.value.get('heat') === '1')
const incident = computed(() => query.value.get('incident'))

/** By the minute: what is too old leaves the map without a redraw each second. */
const minute = computed(() => Math.floor(now.value / 60_000) * 60_000)

const choice = computed<Choice>(() => {
  const span = spans[chosenSpan.value]
  return {
    severities: severities.filter(one => severityText.value.split(',').includes(one)),
    closed: withClosed.value,
    since: Number.isFinite(span) ? minute.value - span : 0,
  }
})

const { loading, problem, load, follow } = followed({
  async fetch(signal) {
    const asked = new URLSearchParams()
    const span = spans[chosenSpan.peek()]
    const replayed = hour.peek()
    if (replayed !== null) {
      asked.set('since', new Date(replayed).toISOString())
      asked.set('until', new Date(replayed + hourMs).toISOString())
    } else if (Number.isFinite(span)) {
      asked.set('since', new Date(Date.now() - span).toISOString())
    }
    const answer = await api.points(asked, signal)
    // The wider span is another one to fetch, which forgets this.
    if (answer.points.length === 0 && replayed === null && !query.peek().has('span')) wider.value = true
    return answer
  },
  show(answer, since) {
    dots = fromPoints(answer.points)
    if (hour.peek() === null) for (const event of since) dots.set(event.alert_id, toDot(event))
    version.value++
    truncated.value = answer.truncated
  },
  take(events) {
    if (hour.peek() !== null) return
    for (const event of events) {
      const dot = toDot(event)
      dots.set(dot.id, dot)
      if (isNew(event) && shows(choice.peek(), dot)) scene.peek()?.pulse([dot.lon, dot.lat])
    }
    version.value++
  },
})

/** Fewer dots are drawn anew more often. */
const pauseFor = (n: number) => (n < 5000 ? 250 : n < 30_000 ? 1000 : 3000)

export function MapPage() {
  const container = useRef<HTMLDivElement>(null)
  const broken = useSignal<string | null>(null)

  useEffect(() => {
    let closed = false
    let opened: Scene | null = null
    const pick = (ids: string[]) => {
      here.value = ids.length > 1 ? ids : []
      if (ids.length === 1) go(incidentLink(ids[0]!))
    }
    loadDistricts()
      .then(districts => openScene(container.current!, districts, dark.peek(), pick))
      .then(
        next => {
          if (closed) next.close()
          else scene.value = opened = next
        },
        error => {
          broken.value = String(error?.message ?? error)
        },
      )
    const ends = [
      effect(() => {
        hour.value
        chosenSpan.value
        void load()
      }),
      follow(),
    ]
    return () => {
      closed = true
      for (const end of ends) end()
      scene.value = null
      opened?.close()
    }
  }, [])

  useSignalEffect(() => scene.value?.dark(dark.value))
  useSignalEffect(() => scene.value?.heat(hot.value))

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    let drawnAt = 0
    const draw = () => {
      timer = null
      drawnAt = Date.now()
      const live = hour.peek() === null
      const next = live ? features(dots.values(), choice.peek()) : featuresAt(dots.values(), choice.peek(), moment.peek())
      shown.value = next.features.length
      scene.peek()?.show(next, live)
    }
    const end = effect(() => {
      version.value
      choice.value
      moment.value
      const pause = hour.value === null ? pauseFor(dots.size) : 80
      if (!scene.value) return
      timer ??= setTimeout(draw, Math.max(0, drawnAt + pause - Date.now()))
    })
    return () => {
      end()
      if (timer) clearTimeout(timer)
    }
  }, [])

  useEffect(() => {
    let asked: string | null = null
    return effect(() => {
      const id = incident.value
      if (!scene.value) return
      if (id === asked) return
      asked = id
      if (id === null) return scene.value.choose(null)
      const dot = dots.get(id)
      if (dot) return scene.value.choose([dot.lon, dot.lat])
      api.incident(id).then(
        one => asked === id && scene.peek()?.choose([one.lon, one.lat]),
        () => scene.peek()?.choose(null),
      )
    })
  }, [])

  return (
    <div class={incident.value || here.value.length > 0 ? 'map-page with-panel' : 'map-page'}>
      <section class="map-area" aria-labelledby="map-title">
        <h1 id="map-title" class="visually-hidden">
          Map of incidents
        </h1>
        <div ref={container} class="map" />
        {broken.value && (
          <p class="empty map-broken">
            The map cannot be drawn here: {broken.value} The same incidents are on <a href="/">Live</a>.
          </p>
        )}
        <Controls />
        <Replay hour={hour.value} dots={() => dots.values()} version={version} moment={moment} />
      </section>
      {incident.value ? (
        <IncidentPanel key={incident.value} id={incident.value} />
      ) : (
        here.value.length > 0 && <Here ids={here.value} />
      )}
    </div>
  )
}

function Controls() {
  const { severities: chosen } = choice.value
  const put = (name: string, value: string | null) =>
    go(
      withQuery(next => (value ? next.set(name, value) : next.delete(name))),
      { replace: true },
    )
  const replaying = hour.value !== null
  return (
    <fieldset class="map-controls" aria-label="What the map shows">
      <p class="map-count" aria-live="off">
        {problem.value ?? (loading.value ? 'Loading…' : counted(shown.value, 'incident'))}
        {truncated.value && <small> the newest of more</small>}
      </p>
      {!replaying && (
        <select
          class="field"
          aria-label="Last seen"
          value={chosenSpan.value}
          onChange={event => put('span', event.currentTarget.value)}
        >
          {(Object.keys(spans) as Span[]).map(span => (
            <option key={span} value={span}>
              {spanNames[span]}
            </option>
          ))}
        </select>
      )}
      <SeverityToggles chosen={chosen} onChoose={next => put('severity', next.join(','))} />
      <div class="map-switches">
        <label class="switch">
          <input type="checkbox" checked={hot.value} onChange={() => put('heat', hot.value ? null : '1')} />
          Heat
        </label>
        {!replaying && (
          <label class="switch">
            <input type="checkbox" checked={withClosed.value} onChange={() => put('closed', withClosed.value ? null : '1')} />
            Closed too
          </label>
        )}
      </div>
    </fieldset>
  )
}

function Here({ ids }: { ids: string[] }) {
  version.value
  const at = ids.map(id => dots.get(id)).filter(dot => dot !== undefined)
  return (
    <aside class="panel" aria-labelledby="here-title">
      <header class="panel-head">
        <span />
        <div class="panel-title">
          <h2 id="here-title">{counted(at.length, 'incident')} at this place</h2>
        </div>
        <button
          type="button"
          class="button quiet square"
          aria-label="Close"
          onClick={() => {
            here.value = []
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      <ul class="here">
        {at
          .sort((a, b) => b.last - a.last)
          .map(dot => (
            <li key={dot.id}>
              <a href={incidentLink(dot.id)}>
                <SeverityIcon severity={dot.severity} />
                <span>{dot.id.split('/').at(-1)}</span>
                <time>{shortTime(dot.last, now.value)}</time>
              </a>
            </li>
          ))}
      </ul>
    </aside>
  )
}
