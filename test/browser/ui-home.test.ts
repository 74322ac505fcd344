/** The first page: what is open anywhere, in the order in which it is worth mending. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager, senderFor } from './ui-visitor.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

it('says that all is well before anything is wrong, then what costs most', async () => {
  const shop = await server.createDataset({ name: 'Brew & Beans' })
  await server.createDataset({ name: 'Second shop' })
  const { page, complaints, close } = await openManager(browser, server)
  await page.goto('/')
  await page.getByTestId('nothing-open').waitFor()
  const { server: report } = senderFor(server, shop)
  for (let at = 0; at < 60; at++) {
    const money = at < 15 ? { value: 20.5, currency: 'EUR' } : { value: 20.5 }
    await report({
      event_name: 'Purchase',
      event_id: `sale-${at}`,
      custom_data: { order_id: `order-${at}`, ...money },
    })
  }
  await server.api('POST', `/api/datasets/${shop.dataset_id}/diagnostics/look`, {})
  await page.reload()
  const findings = page.getByTestId('open-finding')
  await findings.first().waitFor()
  const words = await findings.allInnerTexts()
  expect(words.length).toBe(5)
  expect(words[0]).toMatch(/Brew & Beans: [\s\S]*about €\d/)
  await page.getByRole('button', { name: /^Show (all|the first)/ }).click()
  expect((await findings.allInnerTexts()).join('\n')).toContain('carry a value and no currency')
  await keep(page, 'home-wide')
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390)
  await keep(page, 'home-phone')
  await findings.first().getByRole('link').click()
  await page.getByRole('heading', { name: 'Diagnostics', level: 1 }).waitFor()
  expect(complaints).toEqual([])
  await close()
})
