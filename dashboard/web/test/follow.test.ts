import { describe, expect, test } from 'vitest'
import { ApiError, type IncidentEvent } from '../src/api'
import type { Subscriber } from '../src/feed'
import { followed } from '../src/follow'
import { alertEvent } from './make'

interface Answer {
  position: string
  says: string
}

/** A page whose answers come when the test says so, on a feed that says what the test says. */
function page(soon = (call: () => void) => call()) {
  const heard: string[] = []
  const asked: { answer(position: string, says: string): void; fail(error: unknown): void; signal: AbortSignal }[] = []
  const subscribers = new Set<Subscriber>()
  const ids = (events: IncidentEvent[]) => events.map(event => event.alert_id).join(' ')
  const source = followed<Answer>(
    {
      fetch: signal =>
        new Promise((resolve, reject) => {
          asked.push({ answer: (position, says) => resolve({ position, says }), fail: reject, signal })
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
      show: (answer, since) => heard.push(`show ${answer.says} with ${ids(since) || 'nothing'}`),
      take: events => heard.push(`take ${ids(events)}`),
    },
    {
      listen: after => heard.push(`listen ${after}`),
      subscribe(subscriber) {
        subscribers.add(subscriber)
        return () => subscribers.delete(subscriber)
      },
    },
    soon,
  )
  const each = (what: (subscriber: Subscriber) => void) => {
    for (const one of subscribers) what(one)
  }
  return { ...source, heard, asked, each, happens: (...events: IncidentEvent[]) => each(one => one.onIncidents?.(events)) }
}

const settled = () => new Promise(resolve => setTimeout(resolve))

describe('a page that fetches and then listens', () => {
  test('listens from where the answer ends', async () => {
    const { load, asked, heard, loading } = page()
    const done = load()
    expect(loading.value).toBe(true)
    asked[0]?.answer('a3-x0', 'A')
    await done
    expect(heard).toEqual(['show A with nothing', 'listen a3-x0'])
    expect(loading.value).toBe(false)
  })

  test('lays over the answer what came meanwhile and is not in it', async () => {
    const { follow, load, asked, heard, happens } = page()
    const end = follow()
    const done = load()
    happens(alertEvent('in', 2), alertEvent('after', 3))
    asked[0]?.answer('a3-x0', 'A')
    await done
    happens(alertEvent('later', 4))
    expect(heard).toEqual(['take in after', 'show A with after', 'listen a3-x0', 'take later'])
    end()
    happens(alertEvent('unheard', 5))
    expect(heard.length).toBe(4)
  })

  test('takes what happens before a frame at once, and nothing of it after an answer that came in between', async () => {
    let drawFrame = () => {}
    const { follow, load, asked, heard, happens } = page(call => {
      drawFrame = call
    })
    follow()
    happens(alertEvent('one', 1))
    happens(alertEvent('two', 2))
    expect(heard).toEqual([])
    drawFrame()
    happens(alertEvent('three', 3))
    const done = load()
    happens(alertEvent('four', 4))
    asked[0]?.answer('a5-x0', 'A')
    await done
    drawFrame()
    expect(heard).toEqual(['take one two', 'take three', 'show A with nothing', 'listen a5-x0'])
  })

  test('forgets an answer that is no longer asked for', async () => {
    const { load, asked, heard, happens, follow } = page()
    follow()
    void load()
    happens(alertEvent('early', 1))
    const done = load()
    expect(asked[0]?.signal.aborted).toBe(true)
    asked[0]?.answer('a9-x0', 'old')
    asked[1]?.answer('a0-x0', 'new')
    await done
    expect(heard).toEqual(['take early', 'show new with nothing', 'listen a0-x0'])
  })

  test('may ask for something else because of the answer, which is then not shown', async () => {
    const heard: string[] = []
    let wider = false
    const { load, loading } = followed<Answer>(
      {
        async fetch() {
          if (wider) return { position: 'a1-x0', says: 'all' }
          wider = true
          void load()
          return { position: 'a1-x0', says: 'day' }
        },
        show: answer => heard.push(answer.says),
        take() {},
      },
      { listen() {}, subscribe: () => () => {} },
    )
    void load()
    await settled()
    expect(heard).toEqual(['all'])
    expect(loading.value).toBe(false)
  })

  test('says what went wrong, listens all the same, and fetches again when the stream is there', async () => {
    const { follow, load, asked, heard, each, problem } = page()
    follow()
    const done = load()
    asked[0]?.fail(new ApiError(0, 'The server does not answer.'))
    await done
    expect(problem.value).toBe('The server does not answer.')
    expect(heard).toEqual(['listen null'])
    each(one => one.onHello?.())
    asked[1]?.answer('a1-x0', 'A')
    await settled()
    expect(problem.value).toBeNull()
    each(one => one.onHello?.())
    expect(asked.length).toBe(2)
  })

  test('fetches again after a reset', () => {
    const { follow, asked, each } = page()
    follow()
    each(one => one.onReset?.())
    expect(asked.length).toBe(1)
  })
})
