/** Passkeys in real Chromium with a virtual authenticator: add one, sign in with it, remove it. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { fillPerson, keep, openManager, signInAs } from './ui-visitor.ts'

const ANN = { name: 'Ann', email: 'ann@example.com', password: 'a horse with a hat' }
let server: TestServer
/** The same under a name: at an IP address browsers know no passkeys. */
let named: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startTwofold()
  named = { ...server, url: server.url.replace('127.0.0.1', 'localhost') }
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

interface Device {
  readonly cdp: CDPSession
  readonly authenticatorId: string
}

async function giveDevice(page: Page): Promise<Device> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

it('adds a passkey, signs in with it alone, and no more once it is removed', async () => {
  const { page, complaints, close } = await openManager(browser, named, { signedIn: false })
  const device = await giveDevice(page)
  await page.goto(server.running.setupUrl?.replace('127.0.0.1', 'localhost') ?? '')
  await fillPerson(page, ANN)
  await page.getByRole('button', { name: 'Create the account' }).click()
  await page.getByRole('link', { name: 'My account: Ann' }).click()
  await page.getByText('No passkey yet').waitFor()
  await page.getByLabel('Name of the passkey').fill('Laptop')
  await page.getByRole('textbox', { name: 'Your password' }).fill('not the password')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('That is not the password of this account.').waitFor()
  // The refused password is an error in the console, too.
  expect(complaints.splice(0)).toEqual([expect.stringContaining('401')])
  await page.getByRole('textbox', { name: 'Your password' }).fill(ANN.password)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const row = page.getByTestId('passkey')
  await row.getByText('Laptop').waitFor()
  await row.getByText('not used yet').waitFor()
  await keep(page, 'passkeys-account')

  await page.getByLabel('Name of the passkey').fill('The same again')
  await page.getByRole('textbox', { name: 'Your password' }).fill(ANN.password)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('This device has a passkey of this account already.').waitFor()

  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await keep(page, 'passkeys-sign-in')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('link', { name: 'My account: Ann' }).click()
  await row.getByText('last used').waitFor()
  expect(complaints).toEqual([])

  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove the passkey' }).click()
  await page.getByText('No passkey yet').waitFor()
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The passkey was not accepted.').waitFor()
  complaints.splice(0)

  const { cdp, authenticatorId } = device
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('Nothing was chosen, or it took too long.').waitFor()
  await signInAs(page, ANN)
  await page.getByRole('link', { name: 'My account: Ann' }).waitFor()
  await close()
})

it('says why there are none at an IP address, also on a phone', async () => {
  const options = { signedIn: false, viewport: { width: 390, height: 844 } }
  const { page, complaints, close } = await openManager(browser, server, options)
  await page.goto('/account')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0)
  await signInAs(page, ANN)
  await page.getByText('Passkeys belong to a host name').waitFor()
  await keep(page, 'passkeys-phone')
  expect(complaints).toEqual([])
  await close()
})
