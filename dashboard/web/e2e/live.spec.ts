import { backstage, expect, open, other, row, signIn, stretch, test, watch } from './room'

test('an alert shows without a reload, newest first, and its details say all', async ({ page }) => {
  await open(page)
  const [id] = Object.keys(await backstage.riots({ citizen_name: 'Ada Larsen', peacescore: 1.5, words: ['fire', 'street'] }))
  await expect(row(page, id!)).toContainText('Ada Larsen')
  await expect(page.locator('.row').first()).toContainText('Ada Larsen')
  await expect(row(page, id!)).toContainText('Critical:')
  await row(page, id!).click()
  const panel = page.getByRole('complementary')
  await expect(panel).toContainText('Critical · Parliament')
  await expect(panel).toContainText('assigned to nobody')
  await expect(panel.getByText('First riot in Parliament, peacescore 1.5')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
})

test('filters live in the URL, and what does not fit stays away', async ({ page }) => {
  await open(page)
  await page.getByRole('group', { name: 'Severity' }).getByRole('button', { name: 'Critical' }).click()
  await expect(page).toHaveURL(/severity=critical/)
  const low = Object.keys(await backstage.riots({ citizen_name: 'Low Key', peacescore: 9 }))[0]!
  const critical = Object.keys(await backstage.riots({ citizen_name: 'High Key', peacescore: 0.5 }))[0]!
  await expect(row(page, critical)).toBeVisible()
  await expect(row(page, low)).toHaveCount(0)
  await page.reload()
  await expect(row(page, critical)).toBeVisible()
  await expect(row(page, low)).toHaveCount(0)
  await page.goBack()
  await expect(row(page, low)).toBeVisible()
})

test('a connection that breaks is said, and when it is back nothing is missed and nothing is there twice', async ({ page }) => {
  await open(page)
  const before = Object.keys(await backstage.riots({ count: 3 }))
  for (const id of before) await expect(row(page, id)).toBeVisible()
  await backstage.cutLine()
  await expect(page.getByRole('alert')).toContainText('The connection is gone')
  const missed = Object.keys(await backstage.riots({ count: 12 }))
  await backstage.mendLine()
  await expect(page.getByRole('alert')).toBeEmpty({ timeout: stretch(20_000) })
  for (const id of [...before, ...missed]) await expect(row(page, id)).toHaveCount(1)
  const after = Object.keys(await backstage.riots())
  await expect(row(page, after[0]!)).toBeVisible()
})

test('so it is when the dashboard itself is killed', async ({ page }) => {
  await open(page)
  await backstage.killDashboard()
  await expect(page.getByRole('alert')).toContainText('The connection is gone')
  const missed = Object.keys(await backstage.riots({ count: 5 }))
  await backstage.startDashboard()
  await expect(page.getByRole('alert')).toBeEmpty({ timeout: stretch(20_000) })
  for (const id of missed) await expect(row(page, id)).toHaveCount(1)
})

test('two browsers at two instances agree on who did what', async ({ page, browser }) => {
  const context = await browser.newContext({ baseURL: other })
  const second = await context.newPage()
  const wrongs = await watch(second)
  const [id] = Object.keys(await backstage.riots({ citizen_name: 'Bo Agreed' }))
  const path = `/?incident=${encodeURIComponent(id!)}`
  await open(page, path)
  await open(second, path)
  await signIn(page, 'Ada')
  await signIn(second, 'Bo')
  const [panel, there] = [page, second].map(one => one.getByRole('complementary'))

  await page.getByLabel('Note, kept with the next action').fill('two patrols are on their way')
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click()
  for (const one of [panel!, there!]) {
    await expect(one.locator('.panel-state')).toContainText('Acknowledged')
    await expect(one).toContainText('Ada acknowledged it')
    await expect(one).toContainText('two patrols are on their way')
  }
  await second.getByRole('button', { name: 'Take it' }).click()
  for (const one of [panel!, there!]) await expect(one.locator('.panel-state')).toContainText('assigned to Bo')
  for (const one of [page, second]) await expect(row(one, id!)).toContainText('Bo')
  await second.getByRole('button', { name: 'Close', exact: true }).click()
  for (const one of [panel!, there!]) {
    await expect(one.locator('.panel-state')).toContainText('Closed')
    await expect(one).toContainText('Bo closed it')
  }
  await page.reload()
  await expect(page.getByRole('complementary').locator('.panel-state')).toContainText('Closed')
  expect(wrongs).toEqual([])
  await context.close()
})

test('nobody changes anything without the token', async ({ page, request, baseURL }) => {
  const [id] = Object.keys(await backstage.riots())
  await open(page, `/?incident=${encodeURIComponent(id!)}`)
  await page.getByRole('button', { name: 'Acknowledge', exact: true }).click()
  await page.getByLabel('Name').fill('Mallory')
  await page.getByLabel('Token').fill('a-token-that-is-none')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('dialog')).toContainText('The server does not take this token.')
  const act = { data: { action: 'close', by: 'Mallory' } }
  const path = `${baseURL}/api/v1/incidents/${encodeURIComponent(id!)}/actions`
  expect((await request.post(path, act)).status()).toBe(401)
  expect((await request.post(path, { ...act, headers: { Authorization: 'Bearer a-token-that-is-none' } })).status()).toBe(401)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.locator('.panel-state')).toContainText('Open')
})

test('hostile data is inert', async ({ page }) => {
  const evil = '<script>alert(1)</script><img src=x onerror=alert(2)>'
  const [id] = Object.keys(
    await backstage.riots({ citizen_name: evil, words: ['"><svg onload=alert(3)>', "javascript:alert('4')"] }),
  )
  await open(page)
  await expect(row(page, id!)).toContainText(evil)
  await row(page, id!).click()
  await signIn(page, '<b>Eve</b>')
  const panel = page.getByRole('complementary')
  await panel.getByLabel('Note, kept with the next action').fill('<iframe src="javascript:alert(5)"></iframe>')
  await panel.getByRole('button', { name: 'Acknowledge', exact: true }).click()
  await expect(panel).toContainText('<b>Eve</b> acknowledged it')
  await expect(panel).toContainText('<iframe src="javascript:alert(5)"></iframe>')
  await expect(panel.locator('.words')).toContainText('"><svg onload=alert(3)>')
  for (const path of [
    '/map',
    '/',
    `/?q=${encodeURIComponent(evil)}`,
    `/analysis/${encodeURIComponent(evil)}`,
    `/?incident=${encodeURIComponent(evil)}`,
  ]) {
    await open(page, path)
  }
  expect(await page.locator('main script, main iframe, main img, main svg[onload]').count()).toBe(0)
})

test('a notification comes to those who asked for it, and to nobody else', async ({ page }) => {
  await page.addInitScript(() => {
    const told: string[] = []
    class Notified {
      static requestPermission = async () => 'granted'
      constructor(_: string, { body }: { body: string }) {
        told.push(body)
      }
    }
    Object.assign(window, { told, Notification: Notified })
  })
  const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told)
  await open(page)
  const quiet = Object.keys(await backstage.riots({ citizen_name: 'Una Quiet', peacescore: 0.5 }))
  await expect(row(page, quiet[0]!)).toBeVisible()
  expect(await told()).toEqual([])
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByLabel('Notification').check()
  await page.keyboard.press('Escape')
  await backstage.riots({ citizen_name: 'Una Loud', peacescore: 0.5 })
  await expect.poll(async () => (await told()).join(), { timeout: stretch(20_000) }).toContain('Una Loud')
})

test('the list is walked by the keyboard alone', async ({ page }) => {
  const ids = Object.keys(await backstage.riots({ count: 3 }))
  await open(page)
  await expect(row(page, ids[0]!)).toBeVisible()
  await page.locator('.row a[tabindex="0"]').focus()
  await page.keyboard.press('Home')
  await expect(page.locator('.row a').first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('.row a').nth(1)).toBeFocused()
  const id = await page.locator('.row a').nth(1).getAttribute('data-alert-id')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(url => url.searchParams.get('incident') === id)
  await expect(page.getByRole('complementary')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row(page, id!)).toBeFocused()
})

test('alerts that come shift nothing', async ({ page }) => {
  await page.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await open(page)
  await backstage.riots({ count: 40, per_second: 20 })
  await page.waitForTimeout(500)
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.1)
})
