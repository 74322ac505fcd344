/** Consent in the Events Manager: the policy, the record of one event, the proof as a file. */
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { openManager, type Reader, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let reader: Reader | undefined

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})

afterEach(async () => {
  const complaints = reader?.complaints
  await reader?.close()
  reader = undefined
  expect(complaints ?? []).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

it('sets the policy in plain words, by region too', async () => {
  const { dataset_id } = await server.createDataset()
  reader = await openManager(browser, server)
  const { page } = reader
  await page.goto(`/datasets/${dataset_id}/settings`)
  await page
    .getByRole('radiogroup', { name: 'Visitors of whom nothing is said' })
    .getByLabel('Count without identifiers')
    .check()
  await page.getByRole('button', { name: 'Add a region' }).click()
  const region = page.getByRole('group', { name: 'Region 1' })
  await region.getByRole('combobox', { name: 'Region' }).fill('us-ca')
  await region.getByText('United States, CA').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Saved').waitFor()
  const saved = await server.api<Record<string, unknown>>('GET', `/api/datasets/${dataset_id}`)
  expect(saved).toMatchObject({
    unknown_consent: 'anonymous',
    consent_rules: ['us-ca unknown anonymous'],
  })
})

it('shows the record of an event, and exports the proof of a range of days', async () => {
  const dataset = await server.createDataset()
  await senderFor(server, dataset).server({
    event_name: 'Purchase',
    event_id: 'order-17',
    custom_data: { value: 30, currency: 'EUR' },
    consent: { state: 'denied' },
  })
  reader = await openManager(browser, server, { viewport: { width: 390, height: 844 } })
  const { page } = reader
  await page.goto(`/datasets/${dataset.dataset_id}/test-events`)
  await page.getByTestId('event-row').getByRole('button').first().click()
  await page.getByRole('button', { name: 'Consent record' }).click()
  const record = page.getByTestId('consent-record')
  await record.getByText('Denied').waitFor()
  expect(await record.innerText()).toMatch(/Decided\s+Not counted[\s\S]*May not have it\s+.*meta/)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)

  await page.goto(`/datasets/${dataset.dataset_id}/settings`)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`consents-${dataset.dataset_id}.csv`)
  expect(readFileSync(await download.path(), 'utf8')).toMatch(/order-17.*denied/)
  await page.getByLabel('From', { exact: true }).fill('2031-01-02')
  await page.getByText('The first day must not be after the last.').waitFor()
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
})
