import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStream, silence } from '../src/stream'

type Answer = (signal: AbortSignal) => Response

/** A server that answers each request in turn, then none. */
function server(...answers: Answer[]) {
  const asked: string[] = []
  const fetch = vi.fn(async (url: string, init: RequestInit) => {
    asked.push(url)
    const answer = answers.shift()
    if (!answer) return new Promise<Response>(() => {})
    return answer(init.signal!)
  }) as unknown as typeof globalThis.fetch
  return { fetch, asked }
}

/** A body that says that, and then ends or says nothing more. */
const body =
  (text: string, { ends = true } = {}): Answer =>
  signal =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(text))
          if (ends) controller.close()
          else signal.addEventListener('abort', () => controller.error(new Error('aborted')))
        },
      }),
    )

const refused =
  (status: number): Answer =>
  () =>
    new Response('{}', { status })

function listener() {
  const heard: string[] = []
  return {
    heard,
    onMessages: (messages: { event: string; data: string }[]) => heard.push(...messages.map(one => `${one.event} ${one.data}`)),
    onConnection: (is: boolean) => heard.push(is ? 'connected' : 'lost'),
    onReset: () => heard.push('reset'),
  }
}

describe('the stream', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('a broken connection resumes after the last id that was read', async () => {
    const { fetch, asked } = server(
      body('event: hello\nid: a1-x0\ndata: {}\n\nevent: incident\nid: a2-x0\ndata: 1\n\nevent: incident\nid: a3-x0\ndata: cut'),
      body('event: hello\nid: a2-x0\ndata: {}\n\nevent: incident\nid: a3-x0\ndata: 2\n\n', { ends: false }),
    )
    const to = listener()
    const stream = openStream('a1-x0', to, fetch)
    await vi.advanceTimersByTimeAsync(2000)
    expect(asked).toEqual(['/api/v1/events?after=a1-x0', '/api/v1/events?after=a2-x0'])
    expect(to.heard).toEqual(['connected', 'hello {}', 'incident 1', 'lost', 'connected', 'hello {}', 'incident 2'])
    stream.close()
  })

  test('without a position it begins now, and what was fetched before that is fetched again', async () => {
    const { fetch, asked } = server(body('event: hello\nid: a1-x0\ndata: {}\n\n', { ends: false }))
    const to = listener()
    const stream = openStream(null, to, fetch)
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toEqual(['/api/v1/events'])
    expect(to.heard).toEqual(['connected', 'hello {}', 'reset'])
    stream.close()
  })

  test('a silent connection is given up', async () => {
    const { fetch, asked } = server(body('event: hello\nid: a1-x0\ndata: {}\n\n', { ends: false }))
    const to = listener()
    const stream = openStream('a1-x0', to, fetch)
    await vi.advanceTimersByTimeAsync(silence - 1000)
    expect(to.heard).toEqual(['connected', 'hello {}'])
    await vi.advanceTimersByTimeAsync(2000)
    expect(to.heard).toEqual(['connected', 'hello {}', 'lost'])
    expect(asked).toEqual(['/api/v1/events?after=a1-x0', '/api/v1/events?after=a1-x0'])
    stream.close()
  })

  test('a position that the server does not take is forgotten, and everything fetched again', async () => {
    const { fetch, asked } = server(refused(400), body('event: hello\nid: a9-x0\ndata: {}\n\n', { ends: false }))
    const to = listener()
    const stream = openStream('nonsense', to, fetch)
    await vi.advanceTimersByTimeAsync(2000)
    expect(asked).toEqual(['/api/v1/events?after=nonsense', '/api/v1/events'])
    expect(to.heard).toEqual(['lost', 'connected', 'hello {}', 'reset'])
    stream.close()
  })

  test('after a reset it goes on from the position that the reset names', async () => {
    const { fetch, asked } = server(body('event: hello\nid: a1-x0\ndata: {}\n\nevent: reset\ndata: {"position":"a500-x7"}\n\n'))
    const stream = openStream('a1-x0', listener(), fetch)
    await vi.advanceTimersByTimeAsync(2000)
    expect(asked[1]).toBe('/api/v1/events?after=a500-x7')
    stream.close()
  })

  test('a rest closes the connection, and afterwards it goes on from its position, without a word of what is lost', async () => {
    const signals: AbortSignal[] = []
    const seen =
      (answer: Answer): Answer =>
      signal => {
        signals.push(signal)
        return answer(signal)
      }
    const { fetch, asked } = server(
      seen(body('event: hello\nid: a1-x0\ndata: {}\n\nevent: incident\nid: a2-x0\ndata: 1\n\n', { ends: false })),
      seen(body('event: hello\nid: a2-x0\ndata: {}\n\nevent: incident\nid: a3-x0\ndata: 2\n\n', { ends: false })),
    )
    const to = listener()
    const stream = openStream('a1-x0', to, fetch)
    await vi.advanceTimersByTimeAsync(1000)
    stream.rest()
    await vi.advanceTimersByTimeAsync(3600_000)
    expect(signals.map(one => one.aborted)).toEqual([true])
    expect(asked.length).toBe(1)
    stream.hurry()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked[1]).toBe('/api/v1/events?after=a2-x0')
    expect(to.heard).toEqual(['connected', 'hello {}', 'incident 1', 'connected', 'hello {}', 'incident 2'])
    stream.close()
  })

  test('a rest also ends the attempts at a server that is away', async () => {
    const { fetch, asked } = server(...Array.from({ length: 100 }, () => refused(503)))
    const stream = openStream('a1-x0', listener(), fetch)
    await vi.advanceTimersByTimeAsync(10_000)
    const before = asked.length
    stream.rest()
    await vi.advanceTimersByTimeAsync(3600_000)
    expect(asked.length).toBe(before)
    stream.hurry()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked.length).toBe(before + 1)
    stream.close()
  })

  test('a server that is away is asked less and less often', async () => {
    const { fetch, asked } = server(...Array.from({ length: 100 }, () => refused(503)))
    const stream = openStream(null, listener(), fetch)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked.length).toBeGreaterThan(6)
    expect(asked.length).toBeLessThan(30)
    stream.close()
  })
})
