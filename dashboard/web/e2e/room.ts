// What all specs share: a page that must behave, and the backstage, which does what a page cannot.

import { test as base, expect, type Locator, type Page } from '@playwright/test'

export { expect }
export const other = process.env.DASHBOARD_B!
const token = process.env.DASHBOARD_TOKEN!

/** So long on a machine as fast as the one that the limits were set on; longer on a slower one. */
export const stretch = (ms: number) => ms * Number(process.env.SLOWNESS ?? 1)

/** A riot that a test wants: each is of a citizen of its own. */
export interface Riots {
  count?: number
  per_second?: number
  citizen_name?: string
  peacescore?: number
  words?: string[]
  lat?: number
  lon?: number
}

async function call<T>(path: string, body: unknown = {}): Promise<T> {
  const response = await fetch(process.env.BACKSTAGE + path, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`backstage ${path}: ${await response.text()}`)
  return response.json() as Promise<T>
}

export const backstage = {
  /** Sends riots; when each was sent, in ms, by the id of its alert. */
  riots: (riots: Riots = {}) => call<Record<string, number>>('/riots', riots),
  /** Flies at so many waves; Kafka's timestamp of each riot that there is, in ms, by its id. */
  flight: (flight: { waves: number; seconds: number; from: string }) => call<Record<string, number>>('/flight', flight),
  cutLine: () => call('/line/cut'),
  mendLine: () => call('/line/mend'),
  killDashboard: () => call('/dashboard/kill'),
  startDashboard: () => call('/dashboard/start'),
  stopConnect: () => call('/connect/stop'),
  startConnect: () => call('/connect/start'),
}

/** Lists what a page did that no page should: errors, what its policy forbids, and words to strangers. */
export async function watch(page: Page): Promise<string[]> {
  const wrongs: string[] = []
  page.on('pageerror', error => wrongs.push(`error: ${error.message}`))
  page.on('console', message => {
    // A server that is away is part of the tests.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      wrongs.push(`console: ${message.text()}`)
  })
  page.on('dialog', dialog => {
    wrongs.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    const { protocol, hostname } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && hostname !== '127.0.0.1') wrongs.push(`asked ${request.url()}`)
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event =>
      console.error(`${event.violatedDirective} forbids ${event.blockedURI}`),
    )
  })
  return wrongs
}

export const test = base.extend({
  page: async ({ page }, use) => {
    const wrongs = await watch(page)
    await use(page)
    expect(wrongs, 'what the page must not do').toEqual([])
  },
})

export const row = (page: Page, alertId: string): Locator => page.locator(`.row a[data-alert-id="${alertId}"]`)

/** Opens a page and waits until it is live. */
export async function open(page: Page, path = '/') {
  await page.goto(path)
  await expect(page.locator('.connection')).toHaveText('Live')
}

export async function signIn(page: Page, name: string) {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
}
