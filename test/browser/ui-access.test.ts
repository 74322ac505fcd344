/** Getting into the Events Manager: the one-time setup link, signing in, what a stranger sees. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { fillPerson, keep, openManager, type Reader, signInAs } from './ui-visitor.ts'

let server: TestServer
let browser: Browser
const readers: Reader[] = []

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
})

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const ANN = { name: 'Ann', email: 'ann@example.com', password: 'a horse with a hat' }

async function stranger(at = server): Promise<Reader> {
  const reader = await openManager(browser, at, { signedIn: false })
  readers.push(reader)
  return reader
}

describe('the setup link of the first start', () => {
  it('makes the first owner, signs in, and works no second time', async () => {
    const fresh = await startTwofold({ adminToken: undefined })
    try {
      const link = fresh.running.setupUrl ?? ''
      expect(link).toContain('/#setup=')
      const { page, complaints } = await stranger(fresh)
      await page.goto(link)
      await page.getByRole('heading', { name: 'Make this server yours' }).waitFor()
      expect(page.url()).not.toContain(link.split('=')[1])
      const second = await stranger(fresh)
      await second.page.goto(link)
      await second.page.getByRole('heading', { name: 'Make this server yours' }).waitFor()
      await fillPerson(page, ANN)
      await page.getByLabel('Business').fill('Ann Ltd.')
      await keep(page, 'access-setup')
      await page.getByRole('button', { name: 'Create the account' }).click()
      await page.getByRole('heading', { name: 'Datasets' }).waitFor()
      await page.getByRole('button', { name: 'Open the demo shop' }).waitFor()
      await page.getByRole('link', { name: 'My account: Ann' }).waitFor()
      expect(complaints).toEqual([])

      await fillPerson(second.page, { ...ANN, email: 'eve@example.com' })
      await second.page.getByRole('button', { name: 'Create the account' }).click()
      await second.page.getByRole('heading', { name: 'This link did not work' }).waitFor()
      await second.page.getByText('was used already').waitFor()
      await second.page.getByRole('link', { name: 'Sign in' }).click()
      await signInAs(second.page, ANN)
      await second.page.getByRole('heading', { name: 'Datasets' }).waitFor()

      const third = await stranger(fresh)
      await third.page.goto(link)
      await third.page.getByText('This server was set up already').waitFor()
      await keep(third.page, 'access-setup-used')
      await third.page.getByRole('link', { name: 'Sign in' }).waitFor()
      await page.goto(link)
      await page.getByRole('link', { name: 'Go to your datasets' }).click()
      await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    } finally {
      await fresh.close()
    }
  })
})

describe('the demo that was started anew', () => {
  it('says in an old tab that it signed out, and how to get in', async () => {
    const demo = await startTwofold({ isDemo: true })
    try {
      const { page, complaints } = await stranger(demo)
      await page.goto('/datasets/1')
      await page.getByText('You are signed out').waitFor()
      await page.getByText('Each start prints a sign-in link in its terminal').waitFor()
      expect(await page.getByText('First start?').count()).toBe(0)
      await keep(page, 'access-demo')
      expect(complaints).toEqual([])
    } finally {
      await demo.close()
    }
  })
})

describe('signing in', () => {
  it('asks a stranger for a token and then leads to the page that was asked for', async () => {
    const { dataset_id } = await server.createDataset({ name: 'Asked for' })
    const { page, complaints } = await stranger()
    await page.goto(`/datasets/${dataset_id}/settings?x=1`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByRole('textbox', { name: 'Token' }).fill(server.adminToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/datasets/${dataset_id}/settings`)
    expect(complaints).toEqual([])
  })

  it('says in words that a token is wrong', async () => {
    const { page } = await stranger()
    await page.goto('/')
    await page.getByRole('textbox', { name: 'Token' }).fill('not-a-token-of-this-server')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('No such token').waitFor()
  })

  it('says of a token that only sends that it only sends', async () => {
    const { access_token } = await server.createDataset({ name: 'Sends' })
    const { page } = await stranger()
    await page.goto('/')
    await page.getByRole('textbox', { name: 'Token' }).fill(access_token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('It only sends events; sign in with another one.').waitFor()
  })

  it('never leads to another site after signing in', async () => {
    const { page } = await stranger()
    await page.goto('/sign-in?next=//evil.example/')
    await page.getByRole('textbox', { name: 'Token' }).fill(server.adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    expect(new URL(page.url()).origin).toBe(server.url)
  })

  it('signs out for good', async () => {
    const reader = await openManager(browser, server)
    readers.push(reader)
    await reader.page.goto('/')
    await reader.page.getByRole('button', { name: 'Sign out' }).click()
    await reader.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await reader.page.goto('/')
    await reader.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })
})
