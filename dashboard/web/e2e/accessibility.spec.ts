import AxeBuilder from '@axe-core/playwright'
import { backstage, expect, open, stretch, test } from './room'

const places = [
  '/',
  '/?incident=ID',
  '/map',
  '/map?heat=1',
  '/analysis',
  '/analysis/spread',
  '/analysis/hours',
  '/health',
  '/nowhere',
  '/api',
]

for (const { scheme, width, height } of [
  { scheme: 'light', width: 390, height: 844 },
  { scheme: 'dark', width: 1280, height: 800 },
] as const) {
  test(`axe finds no serious fault, ${scheme}, ${width} px`, async ({ page }) => {
    test.setTimeout(stretch(180_000))
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    const [id] = Object.keys(await backstage.riots({ count: 2 }))
    for (const place of places) {
      const path = place.replace('ID', encodeURIComponent(id!))
      if (place === '/api') await page.goto(path)
      else await open(page, path)
      await page.waitForTimeout(500)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      const told = serious.map(fault => `${place}: ${fault.id}: ${fault.nodes.map(node => node.target.join(' ')).join(', ')}`)
      expect(told).toEqual([])
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(width, `${place} scrolls sideways`).toBeLessThanOrEqual(0)
    }
  })
}
