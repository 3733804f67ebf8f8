import { backstage, expect, open, stretch, test } from './room'

test('a part that is away is named in a plain sentence, and so is its return', async ({ page }) => {
  test.setTimeout(stretch(180_000))
  await backstage.riots({ count: 20 })
  await open(page, '/health')
  await expect(page.getByText('All is well.')).toBeVisible({ timeout: stretch(60_000) })
  await backstage.stopConnect()
  await expect(page.getByText(/Kafka Connect does not answer/).first()).toBeVisible({ timeout: stretch(30_000) })
  await expect(page.getByRole('link', { name: /Health/ })).toContainText('not well')
  await backstage.startConnect()
  await expect(page.getByText('All is well.')).toBeVisible({ timeout: stretch(120_000) })
})
