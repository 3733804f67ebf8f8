import type { Page } from '@playwright/test'
import type { Points } from '../src/api'
import { backstage, expect, open, stretch, test } from './room'

/** The pixels of the map as it is on the screen, counted by what they are. */
async function look(page: Page) {
  const png = (await page.locator('.map').screenshot()).toString('base64')
  return page.evaluate(async source => {
    const image = new Image()
    image.src = source
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')!
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    const near = (at: number, [r, g, b]: readonly [number, number, number], by: number) =>
      Math.abs(data[at]! - r) < by && Math.abs(data[at + 1]! - g) < by && Math.abs(data[at + 2]! - b) < by
    const pixel = (x: number, y: number) =>
      [...data.slice((y * image.width + x) * 4, (y * image.width + x) * 4 + 3)] as [number, number, number]
    const water = pixel(image.width >> 1, image.height - 4)
    const counts = { all: image.width * image.height, water: 0, critical: 0 }
    for (let at = 0; at < data.length; at += 4) {
      if (near(at, water, 6)) counts.water++
      if (near(at, [213, 94, 0], 40)) counts.critical++
    }
    return counts
  }, `data:image/png;base64,${png}`)
}

test('the map is drawn from files of the server alone, and alerts come onto it', async ({ page }) => {
  await open(page, '/map?span=hour&severity=critical')
  await expect(page.locator('.map-count')).toContainText('incident')
  await page.waitForTimeout(1500)
  const before = await look(page)
  // An island in the water: neither nothing nor everything is land.
  expect(before.water / before.all).toBeGreaterThan(0.2)
  expect(before.water / before.all).toBeLessThan(0.9)
  // Far from where the other tests riot, lest they are one cluster.
  for (const [lat, lon] of [
    [43.92, -27.9],
    [43.93, -28.0],
    [44.1, -28.0],
  ] as const)
    await backstage.riots({ peacescore: 0.5, lat, lon })
  await expect.poll(async () => (await look(page)).critical, { timeout: stretch(15_000) }).toBeGreaterThan(before.critical + 60)
})

test('an incident is shown on the map, and a busy hour of the past is replayed', async ({ page, request }) => {
  const [id] = Object.keys(await backstage.riots({ citizen_name: 'Mia Mapped', peacescore: 0.5, lat: 43.9, lon: -28.15 }))
  await open(page, `/map?incident=${encodeURIComponent(id!)}`)
  await expect(page.getByRole('complementary')).toContainText('Mia Mapped')

  const { points }: Points = await (await request.get('/api/v1/points?until=2026-01-12T00:00:00Z')).json()
  const hours = Map.groupBy(points, ([, , , , , , opened]) => new Date(opened).toISOString().slice(0, 13))
  const [hour, busy] = [...hours].toSorted(([, a], [, b]) => b.length - a.length)[0]!
  expect(busy.length).toBeGreaterThan(2)
  await page.goto(`/map?hour=${hour}`)
  const count = page.locator('.map-count')
  const slider = page.getByRole('slider', { name: 'Time within the hour' })
  await slider.press('End')
  await expect(count).toContainText(/^[1-9]\d* incident/)
  const late = Number.parseInt((await count.textContent())!, 10)
  expect(late).toBeGreaterThanOrEqual(busy.length)
  await slider.press('Home')
  await expect.poll(async () => Number.parseInt((await count.textContent())!, 10)).toBeLessThanOrEqual(late - busy.length + 1)
})
