// The list of incidents of the Live page: what the server said, and what has happened since.

import { computed, effect, signal } from '@preact/signals'
import { api, type Page, type Severity, says } from '../api'
import { now } from '../clock'
import { everything, type Filter, fromQuery, matches, severities, toQuery } from '../filter'
import { followed } from '../follow'
import { append, fromPage, type List, merge, nothing, release } from '../list'
import { query } from '../url'

const pageSize = '100'

export const list = signal<List>(nothing)
export const total = signal<number | null>(null)
/** open incidents by severity, whatever the filter */
export const open = signal<Record<Severity, number> | null>(null)
/** when an incident came to the list: for a moment it is shown as new */
export const cameAt = new Map<string, number>()

const filterText = computed(() => toQuery(fromQuery(query.value)).toString())
export const filter = computed<Filter>(() => fromQuery(new URLSearchParams(filterText.value)))

/** Whether somebody reads, so that rows must stay where they are. */
export const reading = { scrolled: false, focused: false, pointedAt: 0 }
const hold = () => reading.scrolled || reading.focused || Date.now() - reading.pointedAt < 1500

const accepts = (one: Parameters<typeof matches>[1]) => matches(filter.peek(), one)

export const { loading, problem, ...source } = followed<Page>({
  fetch: signal => api.incidents(withPage(), signal),
  show(page, since) {
    list.value = merge(fromPage(page), since, accepts, false)
    total.value = page.total
    void count()
  },
  take(events) {
    const loaded = new Set(list.peek().rows.map(row => row.alert_id))
    const at = Date.now()
    for (const event of events) if (event.cause === 'alert' && !loaded.has(event.alert_id)) cameAt.set(event.alert_id, at)
    for (const [id, then] of cameAt) if (at - then > 3000) cameAt.delete(id)
    list.value = merge(list.peek(), events, accepts, hold())
    countSoon()
  },
})

export async function loadMore() {
  const more = list.peek().more
  if (!more || loading.peek()) return
  const signal = source.scope()
  loading.value = true
  try {
    const page = await api.incidents(withPage(more), signal)
    if (signal.aborted) return
    list.value = append(list.peek(), page)
    problem.value = null
  } catch (error) {
    if (signal.aborted) return
    problem.value = says(error)
  }
  loading.value = false
}

export function showHeld() {
  list.value = release(list.peek(), accepts)
}

function withPage(more: { cursor?: string; until?: string } = {}): URLSearchParams {
  const asked = toQuery(filter.peek())
  asked.set('limit', pageSize)
  for (const [name, value] of Object.entries(more)) asked.set(name, value)
  return asked
}

const counting = 2000
let countedAt = 0
let timer: ReturnType<typeof setTimeout> | null = null

function countSoon() {
  timer ??= setTimeout(count, Math.max(0, countedAt + counting - Date.now()))
}

async function count() {
  if (timer) clearTimeout(timer)
  timer = null
  countedAt = Date.now()
  const ask = async (of: Filter) => {
    const asked = toQuery(of)
    asked.set('limit', '1')
    return (await api.incidents(asked)).total
  }
  try {
    const [all, ...each] = await Promise.all([
      ask(filter.peek()),
      ...severities.map(one => ask({ ...everything, states: ['open'], severities: [one] })),
    ])
    total.value = all
    open.value = { critical: each[0]!, high: each[1]!, low: each[2]! }
  } catch {
    // The numbers of before stay; the banner says that the server is away.
  }
}

/** Follows the filter and the stream until the answer is called. */
export function follow(): () => void {
  const ends = [
    effect(() => {
      filter.value
      void source.load()
    }),
    source.follow(),
    effect(() => {
      now.value
      if (list.peek().held.size > 0 && !hold()) showHeld()
    }),
  ]
  return () => {
    for (const end of ends) end()
    if (timer) clearTimeout(timer)
    timer = null
    list.value = nothing
  }
}
