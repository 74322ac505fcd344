/**
 * Every page as an analyst and as a developer: nothing that it asks or that can be pressed is
 * refused, and a page that is not theirs says whose it is. And the account of whoever has a token.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager, type Reader, senderFor, signInAs } from './ui-visitor.ts'

const PASSWORD = 'a horse with a hat'
const ROLES = ['analyst', 'developer'] as const

let server: TestServer
let browser: Browser
let business: string
let dataset: string
const readers: Reader[] = []

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  const made = await server.createDataset({ name: 'Shop of Ann' })
  dataset = made.dataset_id
  await senderFor(server, made).browser({ event_name: 'Lead', event_id: 'lead-1' })
  await server.api('POST', `/api/datasets/${dataset}/destinations`, {
    ...{ type: 'webhook', name: 'Own system' },
    settings: { url: 'http://127.0.0.1:9/', secret: `whsec_${'A'.repeat(43)}=` },
  })
  const { businesses } = await server.api<{ businesses: { business_id: string }[] }>(
    ...(['GET', '/api/businesses'] as const),
  )
  business = businesses[0]?.business_id ?? ''
  for (const role of ROLES) {
    const path = `/api/businesses/${business}/invitations`
    const invited = await server.api<{ path: string }>('POST', path, { role })
    const account = { name: role, email: `${role}@shop.example`, password: PASSWORD }
    const answer = await fetch(`${server.url}/api/invitations/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: invited.path.split('=')[1], account }),
    })
    if (!answer.ok) throw new Error(`accept: ${answer.status} ${await answer.text()}`)
  }
})

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function signedIn(role: (typeof ROLES)[number]): Promise<{ page: Page; refused: string[] }> {
  const reader = await openManager(browser, server, { signedIn: false })
  readers.push(reader)
  const { page } = reader
  const refused: string[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (response.status() >= 400) refused.push(`${response.status()} ${pathname} on ${page.url()}`)
  })
  await page.goto('/')
  await signInAs(page, { email: `${role}@shop.example`, password: PASSWORD })
  await page.getByRole('heading', { name: 'Datasets' }).waitFor()
  refused.length = 0
  return { page, refused }
}

const OF_DATASET = [
  ...['', 'test-events', 'events', 'match-quality', 'deduplication', 'loss', 'reconciliation'],
  ...['catalog', 'diagnostics', 'alerts', 'rules', 'sources', 'sources/new', 'import'],
  ...['destinations', 'destinations/new', 'deliveries', 'deliveries/replay', 'dead-letters'],
  ...['install', 'tokens', 'settings'],
]

const pages = (): string[] => [
  ...['/', '/account', '/accounts'],
  ...['people', 'history', 'alerts'].map((name) => `/businesses/${business}/${name}`),
  ...OF_DATASET.map((name) => `/datasets/${dataset}/${name}`),
]

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForLoadState('load')
  await page.waitForTimeout(250)
}

describe('an analyst', () => {
  it('is refused nothing on any page, whatever is pressed', async () => {
    const { page, refused } = await signedIn('analyst')
    for (const path of pages()) {
      await open(page, path)
      if (path === '/account') continue
      const buttons = page.locator('main button:enabled:visible')
      const most = Math.min(await buttons.count(), 12)
      for (let at = 0; at < most; at++) {
        await buttons
          .nth(at)
          .click({ timeout: 1000, force: true })
          .catch(() => undefined)
        await page.keyboard.press('Escape')
      }
      await page.waitForTimeout(100)
    }
    expect(refused).toEqual([])
  })

  it('reads on a page of admins whose it is, and finds no button there', async () => {
    const { page } = await signedIn('analyst')
    await open(page, `/businesses/${business}/people`)
    await page.getByText(/^Only admins and owners of .+ see this page$/).waitFor()
    await page.getByText('Your role is Analyst.').waitFor()
    expect(await page.locator('main button').count()).toBe(0)
    await keep(page, 'roles-analyst-people')
    await open(page, '/accounts')
    await page.getByText('Only whoever runs this server sees this page').waitFor()
    expect(await page.getByRole('button', { name: 'New business' }).count()).toBe(0)
    for (const name of ['alerts', 'sources/new', 'destinations/new']) {
      await open(page, `/datasets/${dataset}/${name}`)
      await page.getByText('This needs the role developer').waitFor()
    }
    await page.getByRole('link', { name: 'Go to your datasets' }).click()
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
  })
})

describe('a developer', () => {
  it('is refused nothing by opening any page', async () => {
    const { page, refused } = await signedIn('developer')
    for (const path of pages()) await open(page, path)
    expect(refused).toEqual([])
  })
})

it('says to the holder of a token how to get an account', async () => {
  const reader = await openManager(browser, server)
  readers.push(reader)
  const { page, complaints } = reader
  await page.goto('/account')
  await page.getByText('You are signed in with a token.').waitFor()
  await page.getByText('sign out, then sign in with your e-mail address').waitFor()
  await keep(page, 'roles-account-token')
  await page.getByRole('link', { name: /^People of / }).click()
  await page.getByRole('button', { name: 'Invite somebody' }).waitFor()
  await page.goto('/account')
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/sign-in/)
  expect(complaints).toEqual([])
})
