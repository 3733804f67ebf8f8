import AxeBuilder from '@axe-core/playwright'
import { backstage, expect, open, test } from './room'

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

for (const scheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    test(`axe finds no serious fault, ${scheme}, ${width} px`, async ({ page }) => {
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
        expect(serious.map(({ id, nodes }) => `${place}: ${id}: ${nodes.map(node => node.target.join(' ')).join(', ')}`)).toEqual(
          [],
        )
        // Nothing sticks out at the side.
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} scrolls sideways`).toBe(
          true,
        )
      }
    })
  }
}
