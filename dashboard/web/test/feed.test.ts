import { signal } from '@preact/signals'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'

/** A server of which each connection greets, says what is asked of it, and then nothing until it is closed. */
function server() {
  const open = new Set<string>()
  const asked: string[] = []
  let away = false
  const fetch = async (url: string, { signal }: RequestInit = {}) => {
    if (!url.includes('/events')) return new Response('null')
    asked.push(url)
    if (away) throw new TypeError('away')
    open.add(url)
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`event: hello\nid: a${asked.length}-x0\ndata: {}\n\n`))
          const beat = setInterval(() => controller.enqueue(new TextEncoder().encode('event: health\ndata: null\n\n')), 10_000)
          signal?.addEventListener('abort', () => {
            open.delete(url)
            clearInterval(beat)
            controller.error(new Error('aborted'))
          })
        },
      }),
    )
  }
  return {
    fetch,
    asked,
    open,
    goAway() {
      away = true
    },
  }
}

// Read once without a clock that is ours: on a busy machine that takes longer than a test may.
beforeAll(async () => {
  await import('../src/feed')
}, 60_000)
beforeEach(() => {
  vi.useFakeTimers()
  vi.resetModules()
  vi.stubGlobal('document', new EventTarget())
  vi.stubGlobal('addEventListener', () => {})
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function listening() {
  const there = server()
  vi.stubGlobal('fetch', there.fetch)
  const feed = await import('../src/feed')
  const unneeded = signal(false)
  feed.restWhile(unneeded)
  feed.listen('a0-x0')
  /** every way that it stood while so much time passed */
  const pass = async (ms: number) => {
    const stood = new Set<string>()
    for (let passed = 0; passed < ms; passed += 500) {
      await vi.advanceTimersByTimeAsync(500)
      stood.add(feed.standing(Date.now()))
    }
    return [...stood]
  }
  expect(await pass(20_000)).toEqual(['live'])
  return { feed, unneeded, pass, ...there }
}

test('a stream that nobody needs for a minute is closed', async () => {
  const { feed, unneeded, asked, open } = await listening()
  unneeded.value = true
  await vi.advanceTimersByTimeAsync(feed.patience - 1000)
  expect(open.size).toBe(1)
  await vi.advanceTimersByTimeAsync(2000)
  expect(open.size).toBe(0)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(asked.length).toBe(1)
})

test('needed again, it goes on from its position, and nothing was ever lost', async () => {
  const { unneeded, pass, asked, open } = await listening()
  unneeded.value = true
  await vi.advanceTimersByTimeAsync(3600_000)
  unneeded.value = false
  expect(await pass(20_000)).toEqual(['live'])
  expect(asked).toEqual(['/api/v1/events?after=a0-x0', '/api/v1/events?after=a1-x0'])
  expect(open.size).toBe(1)
})

test('needed again within the minute, it was never closed', async () => {
  const { feed, unneeded, pass, asked } = await listening()
  unneeded.value = true
  await vi.advanceTimersByTimeAsync(feed.patience - 1000)
  unneeded.value = false
  await vi.advanceTimersByTimeAsync(feed.patience)
  expect(await pass(1000)).toEqual(['live'])
  expect(asked.length).toBe(1)
})

test('needed again while the server is away, the connection is gone', async () => {
  const { unneeded, pass, goAway } = await listening()
  unneeded.value = true
  await vi.advanceTimersByTimeAsync(600_000)
  goAway()
  unneeded.value = false
  await pass(3000)
  expect(await pass(5000)).toEqual(['lost'])
})
