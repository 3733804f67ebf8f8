import { readFileSync } from 'node:fs'
import type { Value } from '../src/api'
import { expect, open, signIn, stretch, test } from './room'

/** What `spark-jobs ask all --json` printed. */
const answers: { question: string; sentence: string; columns: string[]; rows: Value[][] }[] = readFileSync(
  process.env.ANSWERS!,
  'utf8',
)
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line))

test('every question is there', async ({ page }) => {
  expect(answers.length).toBeGreaterThanOrEqual(4)
  await open(page, '/analysis')
  for (const { sentence } of answers) await expect(page.getByText(sentence).first()).toBeVisible()
})

for (const answer of answers) {
  test(`the page of ${answer.question} says what spark-jobs ask --json says`, async ({ page }) => {
    await open(page, `/analysis/${answer.question}`)
    await expect(page.getByRole('heading', { name: answer.sentence })).toBeVisible()
    const heads = await page.locator('.table-scroll th').allInnerTexts()
    expect(heads).toEqual(answer.columns.map(name => name.replaceAll('_', ' ')))
    const more = page.getByRole('button', { name: /^All \d/ })
    if (await more.isVisible()) await more.click()
    const rows = await page
      .locator('.table-scroll tbody tr')
      .evaluateAll(all =>
        all.map(one => [...one.querySelectorAll('td')].map(cell => cell.querySelector('data')?.value ?? cell.textContent)),
      )
    expect(rows).toEqual(answer.rows.map(values => values.map(String)))
    const drawn = page.locator('.chart canvas, .chart svg').first()
    await expect(drawn).toBeVisible()
  })
}

test('a question is asked again, and the page has the new answer', async ({ page }) => {
  test.setTimeout(stretch(180_000))
  await open(page, '/analysis/weekend')
  await signIn(page, 'Ada')
  const asked = page.locator('.sources').getByText('Asked at').locator('xpath=following-sibling::dd')
  const before = await asked.textContent()
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(page.getByRole('progressbar', { name: 'Asking Spark' })).toBeVisible()
  await expect(page.getByText('Done: what you see is the new answer.')).toBeVisible({ timeout: stretch(120_000) })
  await expect(asked).not.toHaveText(before!)
})
