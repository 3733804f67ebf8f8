import { useSignal, useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Incident } from '../api'
import { now } from '../clock'
import { isEverything } from '../filter'
import { age, count, dateTime, isNow } from '../format'
import { Icon, SeverityIcon, StateIcon } from '../icons'
import { severityLabel, stateLabel } from '../labels'
import { go, incidentLink, query } from '../url'
import { inSight, scrolledTo } from '../window'
import { cameAt, filter, list, loading, loadMore, problem, reading, showHeld } from './store'

const flat = 38
const tall = 62
/** Narrower than this, a row has two lines. */
const narrow = 620

export function Rows() {
  const scroller = useRef<HTMLDivElement>(null)
  const scrolled = useSignal(0)
  const height = useSignal(600)
  const rowHeight = useSignal(flat)
  const active = useSignal<string | null>(null)

  useLayoutEffect(() => {
    const element = scroller.current!
    const measure = () => {
      height.value = element.clientHeight
      rowHeight.value = element.clientWidth < narrow ? tall : flat
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      observer.disconnect()
      reading.scrolled = reading.focused = false
    }
  }, [])

  useSignalEffect(() => {
    filter.value
    if (scroller.current) scroller.current.scrollTop = 0
  })

  const { rows, held, more } = list.value
  const range = inSight(scrolled.value, height.value, rowHeight.value, rows.length)
  const chosen = query.value.get('incident')
  const activeAt = Math.max(
    0,
    rows.findIndex(row => row.alert_id === active.value),
  )
  const shown = rows.slice(range.first, range.end).map((row, i) => ({ row, at: range.first + i }))
  const activeRow = rows[activeAt]
  if (activeRow && (activeAt < range.first || activeAt >= range.end)) shown.push({ row: activeRow, at: activeAt })

  useSignalEffect(() => {
    const { end } = inSight(scrolled.value, height.value, rowHeight.value, list.value.rows.length, 20)
    if (list.value.more && end >= list.value.rows.length && !loading.value && !problem.value) void loadMore()
  })

  function moveTo(at: number) {
    const row = rows[Math.min(Math.max(at, 0), rows.length - 1)]
    const element = scroller.current
    if (!row || !element) return
    active.value = row.alert_id
    element.scrollTop = scrolledTo(rows.indexOf(row), element.scrollTop, element.clientHeight, rowHeight.value)
    requestAnimationFrame(() => element.querySelector<HTMLElement>('a[tabindex="0"]')?.focus({ preventScroll: true }))
    if (chosen) go(incidentLink(row.alert_id), { replace: true })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(height.value / rowHeight.value) - 1)
    const by: Record<string, number> = {
      ArrowDown: activeAt + 1,
      ArrowUp: activeAt - 1,
      PageDown: activeAt + page,
      PageUp: activeAt - page,
      Home: 0,
      End: rows.length - 1,
    }
    const to = by[event.key]
    if (to === undefined) return
    event.preventDefault()
    moveTo(to)
  }

  return (
    <div class={rowHeight.value === tall ? 'rows narrow' : 'rows'}>
      <div class="row-heads" aria-hidden="true">
        <span />
        <span>Citizen</span>
        <span>District</span>
        <span class="numeric">Riots</span>
        <span class="numeric">Score</span>
        <span>Words heard</span>
        <span>State</span>
        <span class="numeric">Age</span>
      </div>
      {held.size > 0 && (
        <button
          type="button"
          class="button primary new-ones"
          onClick={() => {
            scroller.current!.scrollTop = 0
            reading.scrolled = false
            reading.pointedAt = 0
            showHeld()
          }}
        >
          <Icon name="up" small />
          {count(held.size)} new
        </button>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only hears what happens to the links within */}
      <div
        ref={scroller}
        class="scroller"
        onScroll={event => {
          scrolled.value = event.currentTarget.scrollTop
          reading.scrolled = event.currentTarget.scrollTop > rowHeight.value / 2
          if (!reading.scrolled && held.size > 0) showHeld()
        }}
        onPointerMove={event => {
          if (event.pointerType === 'mouse') reading.pointedAt = Date.now()
        }}
        onPointerLeave={() => {
          reading.pointedAt = 0
        }}
        onKeyDown={onKeyDown}
        onFocusIn={event => {
          reading.focused = event.target instanceof Element && event.target.matches('a:focus-visible')
        }}
        onFocusOut={() => {
          reading.focused = false
        }}
      >
        {rows.length === 0 && <Empty />}
        <ul
          aria-label="Incidents, newest first"
          style={{ height: `${(rows.length + (more && rows.length > 0 ? 1 : 0)) * rowHeight.value}px` }}
        >
          {shown.map(({ row, at }) => (
            <Row
              key={row.alert_id}
              row={row}
              at={at}
              of={rows.length}
              top={at * rowHeight.value}
              chosen={row.alert_id === chosen}
              tabbable={at === activeAt}
              onFocus={() => {
                active.value = row.alert_id
              }}
            />
          ))}
        </ul>
        {more && rows.length > 0 && <More top={rows.length * rowHeight.value} />}
      </div>
    </div>
  )
}

/** In the place of the row after the last. */
function More({ top }: { top: number }) {
  return (
    <p class="more" style={{ transform: `translateY(${top}px)` }}>
      {problem.value ?? 'Loading more…'}
      {problem.value && (
        <button type="button" class="button" disabled={loading.value} onClick={() => void loadMore()}>
          Try again
        </button>
      )}
    </p>
  )
}

function Empty() {
  if (problem.value) return <p class="empty">The list cannot be shown now. {problem.value}</p>
  if (loading.value) return <p class="empty">Loading…</p>
  if (!isEverything(filter.value)) return <p class="empty">No incident fits this filter.</p>
  return <p class="empty">No incident yet. As soon as a drone sees a riot, it is here.</p>
}

interface RowProps {
  row: Incident
  at: number
  of: number
  top: number
  chosen: boolean
  tabbable: boolean
  onFocus(): void
}

function Row({ row, at, of, top, chosen, tabbable, onFocus }: RowProps) {
  const since = now.value - Date.parse(row.last_at)
  const fresh = cameAt.has(row.alert_id)
  return (
    <li
      class={`row ${row.severity} ${row.state}${chosen ? ' chosen' : ''}${fresh ? ' fresh' : ''}`}
      aria-posinset={at + 1}
      aria-setsize={of}
      style={{ transform: `translateY(${top}px)` }}
    >
      <a
        href={incidentLink(row.alert_id)}
        aria-current={chosen ? 'true' : undefined}
        tabIndex={tabbable ? 0 : -1}
        data-alert-id={row.alert_id}
        onFocus={onFocus}
      >
        <SeverityIcon severity={row.severity} />
        <span class="row-name">
          <Spoken>{severityLabel[row.severity]}: </Spoken>
          {row.citizen_name}
          {row.rioters > 1 && (
            <span class="row-with">
              {' '}
              +{count(row.rioters - 1)}
              <Spoken> more rioters</Spoken>
            </span>
          )}
        </span>
        <span class="row-district">{row.district}</span>
        <span class="row-riots numeric">
          {count(row.riots)}
          <Spoken> {row.riots === 1 ? 'riot' : 'riots'}</Spoken>
        </span>
        <span class="row-score numeric">
          <Spoken>peacescore </Spoken>
          {row.peacescore.toFixed(1)}
        </span>
        <span class="row-words">
          <Spoken>heard: </Spoken>
          {row.words.join(' ')}
        </span>
        <span class={`row-state ${row.state}`}>
          <StateIcon state={row.state} />
          {row.assignee && <Spoken>{stateLabel[row.state]}, assigned to </Spoken>}
          <span class="row-state-text">{row.assignee ?? stateLabel[row.state]}</span>
          {row.stale && <span class="tag">late</span>}
        </span>
        <time class="row-age numeric" dateTime={row.last_at} title={`${dateTime(row.last_at)} UTC`}>
          {age(since)}
          {!isNow(since) && <Spoken> ago</Spoken>}
        </time>
      </a>
    </li>
  )
}

/** For those who hear the row rather than see its columns. */
const Spoken = ({ children }: { children: ComponentChildren }) => <span class="visually-hidden">{children}</span>
