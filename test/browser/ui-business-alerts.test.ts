/** The alerts of a business: set once, followed by its datasets, tested, and where they differ. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AlertsAnswer, BusinessesAnswer } from '../../src/api/types.ts'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { fillPerson, keep, openManager } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let hook: Server
const got: string[] = []

beforeAll(async () => {
  hook = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => got.push(String(chunk)))
    request.on('end', () => response.end())
  })
  await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done))
  server = await startTwofold()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  hook?.closeAllConnections()
  hook?.close()
})

it('are set for all datasets, tested, and show who goes its own way', async () => {
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/secret-path`
  const viewport = { width: 390, height: 844 }
  const { page, complaints, close } = await openManager(browser, server, { signedIn: false })
  await page.goto(server.running.setupUrl ?? '')
  await fillPerson(page, { name: 'Ann', email: 'ann@example.com', password: 'correct horse 7' })
  await page.getByLabel('Business').fill('Ann Ltd.')
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByRole('link', { name: 'People' }).waitFor()
  const { businesses } = await server.api<BusinessesAnswer>('GET', '/api/businesses')
  const id = businesses[0]?.business_id ?? ''
  const own = await server.createDataset({ name: 'Own way' })
  await server.createDataset({ name: 'Follower' })
  await server.api('PUT', `/api/datasets/${own.dataset_id}/alerts`, { digest: 'never' })

  await page.goto(`/businesses/${id}/alerts`)
  await page.getByText('Nothing is set yet').waitFor()
  await page.getByLabel('Webhook', { exact: true }).fill(url)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect
    .poll(() => page.getByLabel('Webhook', { exact: true }).inputValue())
    .toContain('••••')
  const rows = page.getByTestId('dataset-alerts')
  await expect.poll(() => rows.count()).toBe(2)
  const words = (await rows.allInnerTexts()).join('\n')
  expect(words).toMatch(/Own way\s+Own settings\s+Others than here: webhook, digest\./)
  expect(words).toMatch(/Follower\s+Follows/)
  expect(await page.content()).not.toContain('secret-path')
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByText('Webhook: sent').waitFor()
  expect(got.join('')).toContain('Follower')
  await keep(page, 'business-alerts-wide')
  await page.setViewportSize(viewport)
  await keep(page, 'business-alerts-phone')
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)

  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('Nothing is set yet').waitFor()
  const after = await server.api<AlertsAnswer>('GET', `/api/businesses/${id}/alerts`)
  expect(after).toMatchObject({ own: false, settings: { webhook_url: '' } })
  expect(complaints).toEqual([])
  await close()
})
