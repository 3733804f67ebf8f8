// The stream of events, read until it is closed: it resumes where it was when the connection breaks or falls silent.

import { eventsPath } from './api'
import { beginning, type Message, read } from './sse'

/** The server says something every 10 s; a connection that is silent for longer than this is given up. */
export const silence = 30_000
const longestPause = 10_000

export interface Listener {
  /** in the order of the stream; those that arrived together come together */
  onMessages(messages: Message[]): void
  onConnection(connected: boolean): void
  /** the stream began now, rather than after a position: what was fetched before may miss something */
  onReset(): void
}

export interface Stream {
  /** tries at once rather than after the pause; ends a rest */
  hurry(): void
  /** gives the connection up until it is hurried, and then goes on from its position; that is no broken connection */
  rest(): void
  close(): void
}

export function openStream(after: string | null, listener: Listener, fetch = globalThis.fetch.bind(globalThis)): Stream {
  let position = after
  let closed = false
  let resting = false
  let pause = 0
  let connection = new AbortController()
  let wake = () => {}

  async function connect() {
    connection = new AbortController()
    let blind = position === null
    let watchdog = setTimeout(() => connection.abort(), silence)
    try {
      const response = await fetch(eventsPath(position), {
        headers: { Accept: 'text/event-stream' },
        cache: 'no-store',
        signal: connection.signal,
      })
      if (response.status === 400 && position !== null) {
        position = null
        pause = 0
        return
      }
      if (!response.ok || !response.body) return
      const text = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let reading = beginning
      for (;;) {
        const { done, value } = await text.read()
        if (done) return
        clearTimeout(watchdog)
        watchdog = setTimeout(() => connection.abort(), silence)
        const next = read(reading, value)
        reading = next.reading
        if (next.messages.length === 0) continue
        const greeted = next.messages.some(message => message.event === 'hello')
        if (greeted) {
          pause = 0
          listener.onConnection(true)
        }
        position = positionAfter(next.messages) ?? position
        listener.onMessages(next.messages)
        if (greeted && blind) listener.onReset()
        if (greeted) blind = false
      }
    } catch {
      // A broken connection is an ended one; the loop below begins the next.
    } finally {
      clearTimeout(watchdog)
    }
  }

  async function run() {
    while (!closed) {
      if (!resting) await connect()
      if (closed) return
      if (!resting) {
        listener.onConnection(false)
        pause = Math.min(longestPause, pause === 0 ? 250 : pause * 2)
      }
      await new Promise<void>(resolve => {
        const timer = resting ? undefined : setTimeout(resolve, pause * (0.5 + Math.random()))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  void run()
  return {
    hurry() {
      resting = false
      wake()
    },
    rest() {
      resting = true
      pause = 0
      connection.abort()
      wake()
    },
    close() {
      closed = true
      connection.abort()
      wake()
    },
  }
}

function positionAfter(messages: Message[]): string | null {
  const last = messages.findLast(message => message.id !== '' || message.event === 'reset')
  if (!last) return null
  return last.event === 'reset' ? JSON.parse(last.data).position : last.id
}
