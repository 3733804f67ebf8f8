// A page that fetches and then listens: what happened while the answer was on its way is laid over it, so that nothing is
// missed and nothing is there twice.

import { type Signal, signal } from '@preact/signals'
import { type IncidentEvent, says } from './api'
import * as feed from './feed'
import { contains } from './position'

export interface Source<T extends { position: string }> {
  fetch(signal: AbortSignal): Promise<T>
  /** what was fetched, and what happened since that is not in it */
  show(answer: T, since: IncidentEvent[]): void
  /** what happens, also while something is fetched; once for each frame that is drawn, however much happens */
  take(events: IncidentEvent[]): void
}

export interface Followed {
  loading: Signal<boolean>
  problem: Signal<string | null>
  /** Fetches anew; what was being fetched is forgotten. */
  load(): Promise<void>
  /** Aborted as soon as something else is fetched: for what is added to the answer. */
  scope(): AbortSignal
  /** Listens until the answer is called. */
  follow(): () => void
}

export function followed<T extends { position: string }>(
  { fetch, show, take }: Source<T>,
  { listen, subscribe }: Pick<typeof feed, 'listen' | 'subscribe'> = feed,
  soon: (call: () => void) => void = beforeNextFrame,
): Followed {
  const loading = signal(false)
  const problem = signal<string | null>(null)
  let current = new AbortController()
  let meanwhile: IncidentEvent[] | null = null
  let untaken: IncidentEvent[] = []

  function takeThem() {
    const events = untaken
    untaken = []
    if (events.length > 0) take(events)
  }

  async function load() {
    takeThem()
    current.abort()
    current = new AbortController()
    const scope = current.signal
    const since: IncidentEvent[] = []
    meanwhile = since
    loading.value = true
    try {
      const answer = await fetch(scope)
      if (scope.aborted) return
      untaken = [] // they are in what follows
      show(
        answer,
        since.filter(event => !contains(answer.position, event)),
      )
      problem.value = null
      listen(answer.position)
    } catch (error) {
      if (scope.aborted) return
      problem.value = says(error)
      listen(null)
    }
    meanwhile = null
    loading.value = false
  }

  return {
    loading,
    problem,
    load,
    scope: () => current.signal,
    follow() {
      const end = subscribe({
        onIncidents(events) {
          meanwhile?.push(...events)
          untaken.push(...events)
          if (untaken.length === events.length) soon(takeThem)
        },
        onReset: () => void load(),
        onHello: () => {
          if (problem.peek()) void load()
        },
      })
      return () => {
        end()
        untaken = []
        current.abort()
      }
    },
  }
}

/** Calls before the next frame is drawn, or after a moment where none is, as in a hidden tab. */
function beforeNextFrame(call: () => void) {
  const once = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    call()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, 250)
}
