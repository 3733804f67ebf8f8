import { backstage, expect, open, stretch, test } from './room'

const runs = Number(process.env.RUNS ?? 1)
const seconds = Number(process.env.WINDOW ?? 20)

/** The value below which a share of the values is. */
const quantile = (values: number[], share: number) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!

test('from the message of a riot to the screen, at one wave', async ({ page }) => {
  test.setTimeout(stretch(runs * (seconds + 60) * 1000))
  await page.addInitScript(() => {
    // When each incident was first on the screen: the frame in which its row is has been drawn.
    const seen: Record<string, number> = {}
    Object.assign(window, { seen })
    let waiting: string[] = []
    addEventListener('DOMContentLoaded', () => {
      new MutationObserver(changes => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) {
            if (!(node instanceof Element)) continue
            for (const { dataset } of node.querySelectorAll<HTMLElement>('a[data-alert-id]')) {
              const id = dataset.alertId!
              if (id in seen) continue
              seen[id] = Number.NaN
              if (waiting.push(id) > 1) continue
              requestAnimationFrame(() => {
                const drawn = new MessageChannel()
                drawn.port1.onmessage = () => {
                  for (const one of waiting) seen[one] = Date.now()
                  waiting = []
                }
                drawn.port2.postMessage(null)
              })
            }
          }
        }
      }).observe(document, { childList: true, subtree: true })
    })
  })
  await open(page)
  const p99s: number[] = []
  for (let run = 0; run < runs; run++) {
    // A Saturday evening, when most happens; another one for each flight, as riots that are sent again make no alerts again.
    const from = new Date(Date.UTC(2027, 0, 2 + 7 * run, 18)).toISOString()
    const warm = Date.now() + 5000 // until then the simulator connects and finds its rhythm, as bench/alerter has it
    const sent = await backstage.flight({ waves: 1, seconds, from })
    await page.waitForTimeout(1000)
    const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen)
    const late = Object.entries(seen)
      .filter(([id]) => (sent[id] ?? 0) >= warm)
      .map(([id, at]) => at - sent[id]!)
    expect(late.length, 'incidents seen').toBeGreaterThan(50)
    const [p50, p99, max] = [0.5, 0.99, 1].map(share => quantile(late, share))
    console.log(`run ${run + 1}: ${late.length} incidents from riot to screen: p50 ${p50} ms p99 ${p99} ms max ${max} ms`)
    p99s.push(p99!)
  }
  console.log(`bench dashboard.screen_p99_ms ${quantile(p99s, 0.5)} ms`)
})
