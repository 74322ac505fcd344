/** People at work: invite, join, roles, several businesses, one's own account, lost passwords. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { fillPerson, keep, openManager, type Reader, signInAs } from './ui-visitor.ts'

const ANN = { name: 'Ann Archer', email: 'ann@example.com', password: 'a horse with a hat' }
const BOB = { name: 'Bob Baker', email: 'bob@example.com', password: 'a mule with a cap' }

let server: TestServer
let browser: Browser
let datasetId: string
const readers: Reader[] = []

beforeAll(async () => {
  server = await startTwofold()
  browser = await launchChromium()
  datasetId = (await server.createDataset({ name: 'Shop of Ann' })).dataset_id
  const code = server.running.setupUrl?.split('=')[1]
  await post('/api/setup', { ...ANN, code, business: 'Ann Ltd.' })
})

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

async function stranger(options = {}): Promise<Reader> {
  const reader = await openManager(browser, server, { signedIn: false, ...options })
  readers.push(reader)
  return reader
}

async function signedIn(person: typeof ANN, options = {}): Promise<Reader> {
  const reader = await stranger(options)
  await reader.page.goto('/')
  await signInAs(reader.page, person)
  await reader.page.getByRole('heading', { name: 'Datasets' }).waitFor()
  return reader
}

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

async function inviteLink(page: Page, role: string): Promise<string> {
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  await page.getByRole('radio', { name: role }).check()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = (await page.getByTestId('secret').textContent()) ?? ''
  await keep(page, 'access-invited')
  await page.getByRole('button', { name: 'Done' }).click()
  return link
}

describe('an invitation', () => {
  it('lets a new person in, who sees what the role allows', async () => {
    const ann = await signedIn(ANN)
    await goTo(ann.page, 'People')
    const link = await inviteLink(ann.page, 'Analyst')
    expect(link).toMatch(new RegExp(`^${server.url}/#invitation=`))
    await ann.page.getByTestId('invitation').waitFor()
    await keep(ann.page, 'access-people')

    const bob = await stranger()
    await bob.page.goto(link)
    await bob.page.getByRole('heading', { name: 'Join Ann Ltd.' }).waitFor()
    await fillPerson(bob.page, BOB)
    await keep(bob.page, 'access-invitation')
    await bob.page.getByRole('button', { name: 'Create the account and join' }).click()
    await bob.page.getByRole('heading', { name: 'Datasets' }).waitFor()
    await bob.page.getByRole('link', { name: 'Shop of Ann' }).waitFor()
    expect(await bob.page.getByRole('button', { name: 'New dataset' }).count()).toBe(0)
    expect(await bob.page.getByRole('link', { name: 'People' }).count()).toBe(0)
    await bob.page.goto(`/datasets/${datasetId}/settings`)
    await bob.page.getByText('You may look but not change').waitFor()
    expect(bob.complaints).toEqual([])

    await ann.page.reload()
    const row = ann.page.getByTestId('person').filter({ hasText: 'Bob Baker' })
    await row.getByRole('combobox', { name: 'Role of Bob Baker' }).click()
    await ann.page.getByRole('option', { name: 'Developer' }).click()
    await expect.poll(() => roleOf('bob@example.com')).toBe('developer')
    await bob.page.reload()
    await bob.page.getByRole('button', { name: 'Save' }).waitFor()
    expect(await bob.page.getByText('You may look but not change').count()).toBe(0)
    expect(ann.complaints).toEqual([])

    // What is typed by hand and not theirs looks like what does not exist.
    const { business_id } = await server.api<{ business_id: string }>('POST', '/api/businesses', {
      name: 'Of others',
    })
    const others = ['people', 'history', 'alerts'].map((one) => `/businesses/${business_id}/${one}`)
    for (const path of others) {
      await bob.page.goto(path)
      await bob.page.getByText('There is no such page').waitFor()
      expect(await bob.page.getByText('Of others').count()).toBe(0)
    }
  })

  it('joins who has an account already to a second business, where they can switch', async () => {
    const { business_id } = await server.api<{ business_id: string }>('POST', '/api/businesses', {
      name: 'Client GmbH',
    })
    await server.api('POST', `/api/businesses/${business_id}/datasets`, { name: 'Client shop' })
    const { path } = await server.api<{ path: string }>(
      'POST',
      `/api/businesses/${business_id}/invitations`,
      { role: 'admin' },
    )
    const { page, complaints } = await stranger()
    await page.goto(server.url + path)
    await page.getByRole('link', { name: 'I have an account already' }).click()
    await signInAs(page, ANN)
    await page.getByText('You are signed in as Ann Archer').waitFor()
    await page.getByRole('button', { name: 'Join Client GmbH' }).click()
    await page.getByRole('link', { name: 'Client shop' }).waitFor()
    await page.getByRole('link', { name: 'Shop of Ann' }).waitFor()
    await keep(page, 'access-businesses')
    await page.getByRole('combobox', { name: 'Business' }).click()
    await page.getByRole('option', { name: 'Client GmbH' }).click()
    await page.waitForURL(/business=/)
    await page.getByRole('link', { name: 'Client shop' }).waitFor()
    expect(await page.getByRole('link', { name: 'Shop of Ann' }).count()).toBe(0)
    await goTo(page, 'People')
    await page.getByText('Who may do what in Client GmbH').waitFor()
    expect(complaints).toEqual([])
  })
})

describe('tokens and history', () => {
  it('makes, replaces and revokes a token, and the history tells of it', async () => {
    const { page, complaints } = await signedIn(ANN)
    await page.goto(`/datasets/${datasetId}/tokens`)
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByRole('radio', { name: 'Read' }).check()
    await page.getByLabel('Note').fill('dashboard')
    await page.getByRole('button', { name: 'Make the token' }).click()
    const token = (await page.getByTestId('secret').textContent()) ?? ''
    const asked = (secret: string) =>
      fetch(`${server.url}/api/datasets/${datasetId}`, {
        headers: { authorization: `Bearer ${secret}` },
      })
    expect((await asked(token)).status).toBe(200)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = page.getByTestId('token').filter({ hasText: 'dashboard' }).first()
    await row.getByRole('button', { name: 'Replace' }).click()
    await page.getByRole('button', { name: 'Make the new token' }).click()
    const next = (await page.getByTestId('secret').textContent()) ?? ''
    expect([(await asked(token)).status, (await asked(next)).status]).toEqual([200, 200])
    await keep(page, 'access-tokens')
    const old = page.getByTestId('token').filter({ hasText: 'ends' })
    await old.getByText('replaced · ends').waitFor()
    expect(await old.getByRole('button', { name: 'Replace' }).count()).toBe(0)
    await old.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke it' }).click()
    await expect.poll(async () => (await asked(token)).status).toBe(401)
    expect((await asked(next)).status).toBe(200)

    await goTo(page, 'History')
    await page.getByText('Revoked a token').waitFor()
    await page.getByText('Replaced a token').waitFor()
    await keep(page, 'access-history')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'As a table (CSV)' }).click()
    expect((await download).suggestedFilename()).toBe('history.csv')
    expect(complaints).toEqual([])
  })
})

describe('my account', () => {
  it('asks for the password to change the e-mail address, and for the name alone not', async () => {
    const { page, complaints } = await signedIn(ANN)
    await page.getByRole('link', { name: 'My account: Ann Archer' }).click()
    const you = page.locator('form').filter({ hasText: 'You sign in with it.' })
    const password = you.getByRole('textbox', { name: 'Your password' })
    const save = you.getByRole('button', { name: 'Save' })
    await you.getByRole('textbox', { name: 'Your name' }).fill('Ann B. Archer')
    expect(await password.count()).toBe(0)
    await save.click()
    await you.getByText('Saved.').waitFor()
    await you.getByRole('textbox', { name: 'E-mail address' }).fill('archer@example.com')
    await password.fill('not this one')
    await save.click()
    await you.getByText('That is not the password of this account.').waitFor()
    await keep(page, 'access-account-email')
    await password.fill(ANN.password)
    await save.click()
    await you.getByText('Saved.').waitFor()
    expect(await password.count()).toBe(0)
    await you.getByRole('textbox', { name: 'Your name' }).fill(ANN.name)
    await you.getByRole('textbox', { name: 'E-mail address' }).fill(ANN.email)
    await password.fill(ANN.password)
    await save.click()
    await page.getByRole('link', { name: 'My account: Ann Archer' }).waitFor()
    expect(complaints.filter((one) => !one.includes('401'))).toEqual([])
  })

  it('changes the password, shows where I am signed in, and signs out everywhere', async () => {
    const phone = { viewport: { width: 390, height: 844 } }
    const other = await signedIn(ANN)
    const { page, complaints } = await signedIn(ANN, phone)
    await page.getByRole('link', { name: 'My account: Ann Archer' }).click()
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    await page.getByTestId('session').nth(1).waitFor()
    await keep(page, 'access-account-phone')
    const overflow = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
    expect(overflow).toBe(false)
    await page.getByRole('textbox', { name: 'Password so far' }).fill('not this one')
    await page.getByLabel('New password').fill('another horse, no hat')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('That is not the password of this account.').waitFor()
    await page.getByRole('textbox', { name: 'Password so far' }).fill(ANN.password)
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('Changed.').waitFor()
    expect(await page.getByTestId('session').count()).toBe(1)
    await other.page.reload()
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signInAs(page, { ...ANN, password: 'another horse, no hat' })
    await page.getByRole('heading', { name: 'Datasets' }).waitFor()
    // The wrong password was answered 401, which the browser notes by itself.
    expect(complaints.filter((one) => !one.includes('401'))).toEqual([])
  })
})

describe('a lost password', () => {
  it('is set anew by a link from whoever runs the server', async () => {
    const { page, complaints } = await openManager(browser, server)
    await page.goto('/accounts')
    const row = page.getByTestId('account').filter({ hasText: BOB.name })
    await row.getByRole('button', { name: 'Password link' }).click()
    const link = (await row.getByTestId('secret').textContent()) ?? ''
    await keep(page, 'access-accounts')
    const bob = await stranger()
    await bob.page.goto(link)
    await bob.page.getByLabel('New password').fill('a brand new mule')
    await bob.page.getByRole('button', { name: 'Save it and sign in' }).click()
    await bob.page.getByRole('link', { name: 'My account: Bob Baker' }).waitFor()
    const again = await stranger()
    await again.page.goto(link)
    await again.page.getByLabel('New password').fill('a brand new mule')
    await again.page.getByRole('button', { name: 'Save it and sign in' }).click()
    await again.page.getByRole('heading', { name: 'This link did not work' }).waitFor()
    expect(complaints).toEqual([])
  })
})

async function roleOf(email: string): Promise<string | undefined> {
  const { people } = await server.api<{
    people: { email: string; businesses: { role: string }[] }[]
  }>('GET', '/api/people')
  return people.find((person) => person.email === email)?.businesses[0]?.role
}
