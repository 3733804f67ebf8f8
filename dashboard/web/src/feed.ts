// What the server tells as it happens, shared by all pages: one stream for each tab.

import { effect, type ReadonlySignal, signal } from '@preact/signals'
import { api, type Health, type IncidentEvent } from './api'
import type { Message } from './sse'
import { openStream, type Stream, silence } from './stream'

export interface Subscriber {
  onIncidents?(events: IncidentEvent[]): void
  onAnswer?(question: string): void
  /** what was fetched may miss something: fetch it again */
  onReset?(): void
  /** the stream is back; incidents were caught up with, answers have to be fetched */
  onHello?(): void
}

/** null: not yet */
export const connected = signal<boolean | null>(null)
export const lostAt = signal<number | null>(null)
/** when the stream said something, or the page began to wait for it */
export const heardAt = signal(Date.now())
export const health = signal<Health | null>(null)

/** A connection that is back within this time was not worth a word. */
const grace = 1500

/** How it stands with what is on the page, at a time. */
export function standing(now: number): 'live' | 'waiting' | 'silent' | 'lost' {
  if (connected.value === true) return now - heardAt.value > silence ? 'silent' : 'live'
  if (lostAt.value === null) return 'waiting'
  return now - lostAt.value > grace ? 'lost' : 'live'
}

const subscribers = new Set<Subscriber>()
let stream: Stream | null = null

export function subscribe(subscriber: Subscriber): () => void {
  subscribers.add(subscriber)
  return () => subscribers.delete(subscriber)
}

/** Begins to listen; a page that has loaded a list says from which position on. Later calls change nothing. */
export function listen(after: string | null) {
  if (stream) return
  stream = openStream(after, {
    onMessages: take,
    onConnection(is) {
      if (is) heardAt.value = Date.now()
      connected.value = is
      lostAt.value = is ? null : (lostAt.peek() ?? Date.now())
    },
    onReset: () => tell(one => one.onReset?.()),
  })
  addEventListener('online', () => stream?.hurry())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') stream?.hurry()
  })
  if (!health.value) void refreshHealth()
}

/** How long nobody needs the stream until it is given up. */
export const patience = 60_000

/** Gives the stream up while nobody needs it: a browser allows six connections to a host, and each tab's stream is one. */
export function restWhile(unneeded: ReadonlySignal<boolean>): () => void {
  return effect(() => {
    if (!unneeded.value) {
      stream?.hurry()
      return
    }
    const timer = setTimeout(() => {
      stream?.rest()
      connected.value = lostAt.value = null
    }, patience)
    return () => clearTimeout(timer)
  })
}

export async function refreshHealth() {
  try {
    health.value = await api.health()
  } catch {
    // It comes with the stream.
  }
}

function take(messages: Message[]) {
  heardAt.value = Date.now()
  let incidents: IncidentEvent[] = []
  const flush = () => {
    const events = incidents
    incidents = []
    if (events.length > 0) tell(one => one.onIncidents?.(events))
  }
  for (const { event, data } of messages) {
    if (event === 'incident') {
      incidents.push(JSON.parse(data))
      continue
    }
    flush()
    if (event === 'health') health.value = JSON.parse(data)
    else if (event === 'answer') tell(one => one.onAnswer?.(JSON.parse(data).question))
    else if (event === 'reset') tell(one => one.onReset?.())
    else if (event === 'hello') tell(one => one.onHello?.())
  }
  flush()
}

function tell(what: (subscriber: Subscriber) => void) {
  for (const one of [...subscribers]) {
    try {
      what(one)
    } catch (error) {
      reportError(error)
    }
  }
}
