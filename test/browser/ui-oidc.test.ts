/**
 * Single sign-on in real Chromium with a real OpenID Connect provider: the first owner, an
 * invitation, connecting and disconnecting an account, and what somebody reads who does not get in.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { freePort, startProvider, type TestProvider } from '../oidc-fixture.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { keep, openManager, type Reader } from './ui-visitor.ts'

const PASSWORD = 'a horse with a hat'
let provider: TestProvider
let server: TestServer
let browser: Browser
let invitation: string

beforeAll(async () => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  provider = await startProvider(publicUrl)
  provider.people.set('ann-1', { email: 'ann@shop.com', email_verified: true, name: 'Ann' })
  provider.people.set('bob-1', { email: 'bob@shop.com', email_verified: true, name: 'Bob' })
  server = await startTwofold({ port, publicUrl, oidc: provider.settings })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await provider?.close()
})

const open = (options: Parameters<typeof openManager>[2] = {}): Promise<Reader> =>
  openManager(browser, server, { signedIn: false, ...options })

/** The pages may ask nobody but this server; the browser itself goes to the provider. */
const ours = ({ complaints }: Reader): string[] =>
  complaints.filter((complaint) => complaint !== `asked ${provider.issuer}`)

async function choose(page: Page, email: string): Promise<void> {
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor()
  await page.getByRole('button', { name: email }).click()
}

const account = (page: Page, name: string) =>
  page.getByRole('link', { name: `My account: ${name}` })

it('makes the first owner, who sets a password and disconnects', async () => {
  const reader = await open()
  const { page } = reader
  await page.goto(server.running.setupUrl ?? '')
  await page.getByRole('button', { name: 'Continue with Shop Identity' }).waitFor()
  await keep(page, 'oidc-setup')
  await page.getByRole('button', { name: 'Continue with Shop Identity' }).click()
  await choose(page, 'Cancel')
  await page.getByText('You were not signed in').waitFor()
  expect(new URL(page.url()).pathname).toBe('/setup')
  expect(page.url()).not.toContain('#')
  await page.getByRole('button', { name: 'Continue with Shop Identity' }).click()
  await choose(page, 'ann@shop.com')
  await account(page, 'Ann').click()

  const row = page.getByTestId('identity')
  await row.getByText('ann@shop.com').waitFor()
  await keep(page, 'oidc-account')
  await row.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('button', { name: 'Disconnect it' }).click()
  await page.getByText('That is your last way to sign in.').waitFor()
  expect(reader.complaints.splice(0).at(-1)).toContain('409')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Set a password' }).click()
  await page.getByText('Changed.').waitFor()
  await row.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('button', { name: 'Disconnect it' }).click()
  await page.getByText('Not connected with Shop Identity yet.').waitFor()

  await page.getByRole('textbox', { name: 'Your password' }).last().fill(PASSWORD)
  await page.getByRole('button', { name: 'Connect with Shop Identity' }).click()
  await row.getByText('not used yet').waitFor()
  const { businesses } = await server.api<{ businesses: { business_id: string }[] }>(
    'GET',
    '/api/businesses',
  )
  const path = `/api/businesses/${businesses[0]?.business_id}/invitations`
  invitation = (await server.api<{ path: string }>('POST', path, { role: 'analyst' })).path
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in with Shop Identity' }).waitFor()
  await keep(page, 'oidc-sign-in')
  expect(ours(reader)).toEqual([])
  await reader.close()
})

it('says who is not known, takes an invitation, and leads to the page asked for', async () => {
  const reader = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const { page } = reader
  await page.goto('/account')
  await page.getByRole('button', { name: 'Sign in with Shop Identity' }).click()
  await choose(page, 'bob@shop.com')
  await page.getByText('Nobody here has your e-mail address').waitFor()
  await keep(page, 'oidc-no-account')
  await page.goto(invitation)
  await page.getByRole('button', { name: 'Join with Shop Identity' }).waitFor()
  await keep(page, 'oidc-invitation')
  // Who says to have an account already comes back to the invitation all the same.
  await page.getByRole('link', { name: 'I have an account already' }).click()
  await page.getByRole('button', { name: 'Sign in with Shop Identity' }).click()
  await page.waitForURL(`${server.url}/`)
  expect((await page.request.get('/api/session').then((r) => r.json())).businesses).toHaveLength(1)

  // Nothing of the page that is open must ask once nobody is signed in.
  await page.goto('about:blank')
  await page.context().clearCookies({ name: 'twofold_session' })
  await page.goto('/account')
  await page.getByRole('button', { name: 'Sign in with Shop Identity' }).click()
  await page.getByTestId('identity').getByText('bob@shop.com').waitFor()
  expect(new URL(page.url()).pathname).toBe('/account')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await keep(page, 'oidc-account-phone')
  expect(ours(reader)).toEqual([])
  await reader.close()
})
