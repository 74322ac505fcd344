/**
 * A person at the Events Manager in real Chromium, for the ui tests: signed in or not, with every
 * console error, policy violation and request to another host on record.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { TestServer } from '../start.ts'

export interface Reader {
  readonly page: Page
  /** What a page must never cause, in words. */
  readonly complaints: string[]
  close(): Promise<void>
}

export async function openManager(
  browser: Browser,
  server: TestServer,
  options: BrowserContextOptions & { readonly signedIn?: boolean } = {},
): Promise<Reader> {
  const { signedIn = true, ...contextOptions } = options
  const context = await browser.newContext({
    baseURL: server.url,
    locale: 'en-US',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 900 },
    ...contextOptions,
  })
  if (signedIn) {
    const answer = await context.request.post('/api/session', {
      data: { token: server.adminToken },
    })
    if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`)
  }
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  // Chromium reports violations of the content policy as console errors, too.
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== server.url) complaints.push(`asked ${origin}`)
  })
  return { page, complaints, close: () => context.close() }
}

export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** The form of whoever gets an account. */
export async function fillPerson(page: Page, { name, email, password }: Person): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('New password').fill(password)
}

export async function signInAs(
  page: Page,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** With TWOFOLD_PICTURES set, keeps a picture of what the test sees. */
export async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env.TWOFOLD_PICTURES
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true })
}

/** What a person's browser calls itself; headless ones are dropped as robots. */
const PERSON =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36'
export const ROBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

export interface Sender {
  browser(event: Record<string, unknown>, userAgent?: string): Promise<void>
  server(event: Record<string, unknown>): Promise<void>
}

/** Reports events by the public doors, as a pixel and a shop's server would. */
export function senderFor(
  { url }: TestServer,
  dataset: { dataset_id: string; access_token: string },
): Sender {
  const filled = (event: Record<string, unknown>): Record<string, unknown> => ({
    event_time: Math.floor(Date.now() / 1000),
    action_source: 'website',
    event_source_url: 'https://shop.example/thanks',
    user_data: { external_id: ['visitor-1'] },
    ...event,
  })
  const post = async (path: string, headers: Record<string, string>, body: unknown) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  }
  return {
    browser: (event, userAgent = PERSON) =>
      post(
        '/e',
        { 'content-type': 'text/plain', 'user-agent': userAgent },
        {
          sent_at: Date.now(),
          events: [{ dataset_id: dataset.dataset_id, ...filled(event) }],
        },
      ),
    server: (event) =>
      post(
        `/v24.0/${dataset.dataset_id}/events`,
        {
          'content-type': 'application/json',
          authorization: `Bearer ${dataset.access_token}`,
        },
        { data: [filled(event)] },
      ),
  }
}
