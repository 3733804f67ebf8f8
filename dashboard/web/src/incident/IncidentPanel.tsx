import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { api, type Detail, type NewAction, says } from '../api'
import { now } from '../clock'
import { subscribe } from '../feed'
import { ago, count, counted, dateTime, shortTime } from '../format'
import { Icon, SeverityIcon, StateIcon } from '../icons'
import { severityLabel, stateLabel, verbDone } from '../labels'
import { actor, session, withActor } from '../session'
import { go, incidentLink, route } from '../url'
import { type Entry, history, people } from './history'

const shownAtFirst = 12

export function IncidentPanel({ id }: { id: string }) {
  const detail = useSignal<Detail | null>(null)
  const problem = useSignal<string | null>(null)
  const title = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    let current = new AbortController()
    async function load() {
      current.abort()
      current = new AbortController()
      const { signal } = current
      try {
        detail.value = await api.incident(id, signal)
        problem.value = null
      } catch (error) {
        if (!signal.aborted) problem.value = says(error)
      }
    }
    void load()
    const end = subscribe({
      onIncidents(events) {
        const last = events.findLast(event => event.alert_id === id)
        if (!last) return
        if (detail.value) detail.value = { ...detail.value, ...last }
        void load()
      },
      onReset: () => void load(),
      onHello: () => void load(),
    })
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open], [popover]:popover-open'))
        close()
    }
    addEventListener('keydown', onKey)
    return () => {
      end()
      current.abort()
      removeEventListener('keydown', onKey)
    }
  }, [id])

  const close = () => {
    go(incidentLink(null))
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-alert-id="${CSS.escape(id)}"]`)?.focus())
  }
  const one = detail.value
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <header class="panel-head">
        {one ? <SeverityIcon severity={one.severity} /> : <span />}
        <div class="panel-title">
          <h2 id="panel-title" ref={title} tabIndex={-1}>
            {one?.citizen_name ?? 'Incident'}
          </h2>
          {one && (
            <p>
              {severityLabel[one.severity]} · {one.district} · {ago(now.value - Date.parse(one.last_at))}
            </p>
          )}
        </div>
        <a class="button quiet square" href={incidentLink(null)} aria-label="Close the details">
          <Icon name="close" />
        </a>
      </header>
      {problem.value && <p class="problem pad">{problem.value}</p>}
      {one ? <Body detail={one} problem={problem} /> : !problem.value && <p class="empty">Loading…</p>}
    </aside>
  )
}

function Body({ detail, problem }: { detail: Detail; problem: Signal<string | null> }) {
  return (
    <div class="panel-body">
      <p class={`panel-state ${detail.state}`}>
        <StateIcon state={detail.state} />
        <strong>{stateLabel[detail.state]}</strong>
        <span>{detail.assignee ? `assigned to ${detail.assignee}` : 'assigned to nobody'}</span>
      </p>
      <Acting detail={detail} problem={problem} />
      <dl class="facts">
        <Fact name="Riots" value={count(detail.riots)} />
        <Fact name="Peacescore" value={detail.peacescore.toFixed(1)} />
        <Fact name="Rioters seen" value={count(detail.rioters)} />
        <Fact name="Opened" value={`${shortTime(detail.opened_at, now.value)} UTC`} />
        <Fact name="Last riot" value={`${shortTime(detail.last_at, now.value)} UTC`} />
        <Fact name="Citizen" value={detail.citizen_id} link={`/?citizen=${encodeURIComponent(detail.citizen_id)}`} />
        <Fact name="Drone" value={detail.drone_id} link={`/?q=${encodeURIComponent(detail.drone_id)}`} />
        <Fact
          name="Place"
          value={`${detail.lat.toFixed(4)}, ${detail.lon.toFixed(4)}`}
          link={route.value.page === 'map' ? undefined : `/map?incident=${encodeURIComponent(detail.alert_id)}`}
        />
      </dl>
      {detail.words.length > 0 && (
        <section class="words" aria-label="Words heard">
          {detail.words.map((word, i) => (
            <span key={`${i} ${word}`} class="word">
              {word}
            </span>
          ))}
        </section>
      )}
      {detail.stale && <p class="note">It was reported late, so nobody was paged.</p>}
      <History detail={detail} />
    </div>
  )
}

function Fact({ name, value, link }: { name: string; value: string; link?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{link ? <a href={link}>{value}</a> : value}</dd>
    </div>
  )
}

function Acting({ detail, problem }: { detail: Detail; problem: Signal<string | null> }) {
  const sent = useSignal<string | null>(null)
  const note = useSignal('')
  const assignee = useSignal('')
  const assigning = useSignal(false)

  useEffect(() => {
    if (sent.value && detail.actions.some(one => one.action_id === sent.value)) sent.value = null
  }, [detail.actions])

  if (session.value?.readonly)
    return <p class="note">This control room is for reading; changes need one that was started with a token.</p>

  async function act(action: Omit<NewAction, 'by' | 'note'>) {
    try {
      const answer = await withActor(who => {
        sent.value = 'sending'
        const by = { by: who.name, ...(note.value.trim() && { note: note.value.trim() }) }
        const named = action.action === 'assign' && action.assignee === undefined ? { assignee: who.name } : {}
        return api.act(detail.alert_id, { ...action, ...named, ...by }, who.token)
      })
      sent.value = answer?.action_id ?? null
      if (!answer) return
      note.value = ''
      assigning.value = false
      problem.value = null
      setTimeout(() => {
        if (sent.value === answer.action_id) sent.value = null
      }, 10_000)
    } catch (error) {
      sent.value = null
      problem.value = says(error)
    }
  }

  const busy = sent.value !== null
  const mine = detail.assignee !== null && detail.assignee === actor.value?.name
  return (
    <section class="acting" aria-label="Actions" aria-busy={busy}>
      <div class="buttons">
        {detail.state === 'open' && (
          <button type="button" class="button primary" disabled={busy} onClick={() => act({ action: 'acknowledge' })}>
            Acknowledge
          </button>
        )}
        {detail.state !== 'closed' && (
          <button type="button" class="button" disabled={busy} onClick={() => act({ action: 'close' })}>
            Close
          </button>
        )}
        {detail.state === 'closed' && (
          <button type="button" class="button primary" disabled={busy} onClick={() => act({ action: 'reopen' })}>
            Reopen
          </button>
        )}
        {!mine && (
          <button type="button" class="button" disabled={busy} onClick={() => act({ action: 'assign' })}>
            Take it
          </button>
        )}
        <button
          type="button"
          class="button"
          aria-expanded={assigning.value}
          onClick={() => {
            assigning.value = !assigning.value
          }}
        >
          Assign…
        </button>
      </div>
      {assigning.value && (
        <form
          class="assign"
          onSubmit={event => {
            event.preventDefault()
            void act({ action: 'assign', assignee: assignee.value.trim() })
          }}
        >
          <input
            class="field"
            list="people"
            placeholder="Name; empty for nobody"
            aria-label="Assign to"
            maxLength={100}
            value={assignee.value}
            onInput={event => {
              assignee.value = event.currentTarget.value
            }}
            ref={input => {
              if (input && !input.dataset.seen) {
                input.dataset.seen = 'yes'
                input.focus()
              }
            }}
          />
          <datalist id="people">
            {people(detail).map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <button type="submit" class="button" disabled={busy}>
            Assign
          </button>
        </form>
      )}
      <input
        class="field note-field"
        placeholder="Note, kept with the next action"
        aria-label="Note, kept with the next action"
        maxLength={1000}
        value={note.value}
        onInput={event => {
          note.value = event.currentTarget.value
        }}
      />
    </section>
  )
}

function History({ detail }: { detail: Detail }) {
  const all = useSignal(false)
  const entries = history(detail)
  const shown = all.value ? entries : entries.slice(0, shownAtFirst)
  return (
    <section class="history" aria-labelledby="history-title">
      <h3 id="history-title">History</h3>
      <ol>
        {shown.map(entry => (
          <li key={'alert' in entry ? entry.alert.riot_id : entry.action.action_id} class={'alert' in entry ? 'seen' : 'done'}>
            <time dateTime={entry.at} title={`${dateTime(entry.at)} UTC`}>
              {shortTime(entry.at, now.value)}
            </time>
            <EntryText entry={entry} opened={detail.alert_id} />
          </li>
        ))}
      </ol>
      {shown.length < entries.length && (
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            all.value = true
          }}
        >
          {counted(entries.length - shown.length, 'older entry', 'older entries')}
        </button>
      )}
    </section>
  )
}

function EntryText({ entry, opened }: { entry: Entry; opened: string }) {
  if ('alert' in entry) {
    const { riot_id, severity, peacescore, district, drone_id } = entry.alert
    return (
      <p>
        <SeverityIcon severity={severity} />
        <span>
          {riot_id === opened ? 'First riot' : 'Riot'} in {district}, peacescore {peacescore.toFixed(1)}
          <small> {drone_id}</small>
        </span>
      </p>
    )
  }
  const { action, assignee, by, note, effective } = entry.action
  const done = action === 'assign' ? (assignee ? `assigned it to ${assignee}` : 'took the assignment back') : verbDone[action]
  return (
    <p>
      <Icon name="person" small />
      <span>
        <strong>{by}</strong> {done}
        {!effective && <small> (too late: it changed nothing)</small>}
        {note && <q>{note}</q>}
      </span>
    </p>
  )
}
