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
  /** what happens, also while something is fetched */
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
): Followed {
  const loading = signal(false)
  const problem = signal<string | null>(null)
  let current = new AbortController()
  let meanwhile: IncidentEvent[] | null = null

  async function load() {
    current.abort()
    current = new AbortController()
    const scope = current.signal
    const since: IncidentEvent[] = []
    meanwhile = since
    loading.value = true
    try {
      const answer = await fetch(scope)
      if (scope.aborted) return
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
          take(events)
        },
        onReset: () => void load(),
        onHello: () => {
          if (problem.peek()) void load()
        },
      })
      return () => {
        end()
        current.abort()
      }
    },
  }
}
