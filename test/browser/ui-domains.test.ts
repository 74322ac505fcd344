/** Proving a domain in the settings of a dataset, against a real site of the test's own. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
let site: Server
let page: string | undefined

beforeAll(async () => {
  site = createServer((_, response) => {
    response.writeHead(page === undefined ? 404 : 200).end(page)
  })
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done))
  server = await startTwofold()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  site?.closeAllConnections()
  site?.close()
})

it.each([
  ['wide', { viewport: { width: 1280, height: 900 } }],
  ['phone', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
])(
  'adds a domain, says what is missing, finds the file, removes it (%s)',
  async (size, options) => {
    page = undefined
    const { dataset_id } = await server.createDataset({ name: 'Shop' })
    const { page: tab, complaints, close } = await openManager(browser, server, options)
    const host = `127.0.0.1:${(site.address() as AddressInfo).port}`
    await tab.goto(`/datasets/${dataset_id}/settings`)
    await tab.getByText('No domain yet').waitFor()
    await tab.getByRole('textbox', { name: 'Domain', exact: true }).fill(`http://${host}/`)
    await tab.getByRole('button', { name: 'Add', exact: true }).click()
    const row = tab.getByTestId('domain')
    await row.getByText('Not proven yet').waitFor()
    await row.getByRole('button', { name: 'Check now' }).click()
    await row.getByRole('tab', { name: 'File' }).click()
    await row.getByText('The last check: http://127.0.0.1').waitFor()
    await row.getByText('answered 404').waitFor()
    await row.scrollIntoViewIfNeeded()
    await keep(tab, `domains-waiting-${size}`)
    page = (await row.locator('pre').textContent()) ?? ''
    await row.getByRole('button', { name: 'Check now' }).click()
    await row.getByText('Proven', { exact: true }).waitFor()
    await row.getByText('File, found').waitFor()
    await keep(tab, `domains-proven-${size}`)
    await row.getByRole('button', { name: 'Remove' }).click()
    await tab.getByRole('button', { name: 'Remove the domain' }).click()
    await tab.getByText('No domain yet').waitFor()
    expect(complaints).toEqual([])
    await close()
  },
)

it('says in plain words that a domain is on the list already', async () => {
  const { dataset_id } = await server.createDataset({ name: 'Shop' })
  await server.api('POST', `/api/datasets/${dataset_id}/domains`, { domain: 'shop.example' })
  const { page: tab, close } = await openManager(browser, server)
  await tab.goto(`/datasets/${dataset_id}/settings`)
  await tab.getByTestId('domain').waitFor()
  await tab.getByRole('textbox', { name: 'Domain', exact: true }).fill('shop.example')
  await tab.getByRole('button', { name: 'Add', exact: true }).click()
  const words = await tab.getByRole('alert').textContent()
  expect(words).toContain('Domain: shop.example is on the list already: check it there')
  expect(words).toContain('Nothing was saved.')
  expect(words).not.toMatch(/body|detail/)
  await close()
})
