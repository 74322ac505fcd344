/** The page of diagnostics: from the badge to the fix, muting, and nothing where nothing is wrong. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AlertsAnswer } from '../../src/api/types.ts'
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
  const complaints = reader?.complaints ?? []
  await reader?.close()
  reader = undefined
  expect(complaints).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** Sales without a currency, and some with one, so that they have a price. */
async function faultyShop(): Promise<string> {
  const dataset = await server.createDataset({ name: 'Faulty' })
  const send = senderFor(server, dataset)
  for (let n = 0; n < 45; n++) {
    const custom_data = { value: 30, order_id: `o${n}`, ...(n < 5 ? { currency: 'EUR' } : {}) }
    await send.server({ event_name: 'Purchase', event_id: `o${n}`, custom_data })
  }
  await server.api('POST', `/api/datasets/${dataset.dataset_id}/diagnostics/look`, {})
  return dataset.dataset_id
}

describe('diagnostics', () => {
  it('lead from the badge to numbers, money, a fix to copy and the events', async () => {
    const id = await faultyShop()
    reader = await openManager(browser, server)
    const { page } = reader
    await page.goto(`/datasets/${id}`)
    await page.getByRole('link', { name: /Diagnostics/ }).click()
    await page.getByRole('heading', { name: 'Diagnostics', level: 1 }).waitFor()
    const card = page.getByTestId('finding').filter({ hasText: 'Values without a currency' })
    await card.getByText('40 of 45 (89 %) reports of Purchase').waitFor()
    await card.getByText('About €1,200 at stake').waitFor()
    await card.getByRole('button', { name: 'How to mend it' }).click()
    await card.getByText('PHP', { exact: true }).click()
    await page.waitForURL(/on=php/)
    await card.getByText('$customData').waitFor()
    await card.getByRole('link', { name: 'Purchase o44' }).click()
    await page.waitForURL(/\/events\/45$/)
    await page.getByText('o44').first().waitFor()
  })

  it('are muted and told of again, and the badge follows', async () => {
    const id = await faultyShop()
    reader = await openManager(browser, server)
    const { page } = reader
    await page.goto(`/datasets/${id}/diagnostics`)
    const open = await page
      .getByTestId('finding')
      .count()
      .then(async (n) => {
        await page.getByTestId('finding').first().waitFor()
        return n || page.getByTestId('finding').count()
      })
    const card = page.getByTestId('finding').filter({ hasText: 'Values without a currency' })
    await card.getByRole('button', { name: 'Mute' }).click()
    await page.getByRole('menuitem', { name: 'For a week' }).click()
    await expect.poll(() => page.getByTestId('finding').count()).toBe(open - 1)
    await page.getByText('Muted (1)').click()
    await card.getByText('Muted by').waitFor()
    await card.getByRole('button', { name: 'Tell me again' }).click()
    await page.getByText('Nothing is muted').waitFor()
  })

  it('say so where nothing is wrong, and look again when asked', async () => {
    const { dataset_id } = await server.createDataset({ name: 'Fine' })
    reader = await openManager(browser, server)
    const { page } = reader
    await page.goto(`/datasets/${dataset_id}/diagnostics`)
    await page.getByRole('button', { name: 'Look now' }).click()
    await page.getByText('Nothing is wrong').waitFor()
  })

  it('fit a phone', async () => {
    const id = await faultyShop()
    reader = await openManager(browser, server, { viewport: { width: 390, height: 844 } })
    const { page } = reader
    await page.goto(`/datasets/${id}/diagnostics`)
    await page.getByRole('button', { name: 'How to mend it' }).first().click()
    await page.getByLabel('Your platform').first().waitFor()
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    await expect.poll(wide).toBeLessThanOrEqual(390)
  })

  it('go to whom the form of alerts names, and a test says what came of it', async () => {
    const { dataset_id: id } = await server.createDataset({ name: 'Alerts' })
    reader = await openManager(browser, server)
    const { page } = reader
    await page.goto(`/datasets/${id}/diagnostics`)
    await page.getByRole('main').getByRole('link', { name: 'Alerts' }).click()
    await page.getByText('This server has no mail server yet').waitFor()
    await page.getByLabel('E-mail to').first().fill('ann@shop.example')
    await page.keyboard.press('Enter')
    await page.getByLabel('Exceptions for single checks').first().fill('Far more')
    await page.getByRole('option', { name: 'Far more events than usual' }).click()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('This dataset has settings of its own').waitFor()
    const saved = await server.api<AlertsAnswer>('GET', `/api/datasets/${id}/alerts`)
    expect(saved.settings).toMatchObject({
      emails: ['ann@shop.example'],
      rules: { traffic_spike: 'never' },
    })
    await page.setViewportSize({ width: 390, height: 844 })
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    await expect.poll(wide).toBeLessThanOrEqual(390)
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('No mail server is configured').waitFor()
  })
})
