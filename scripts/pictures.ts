/**
 * Makes the pictures of docs/pictures: starts the demo shop with a past of 14 days in a folder of
 * its own, and a server that nobody owns yet beside it, opens every page of picture-list.ts in
 * Chromium and keeps what it shows as WebP. Run it after a change that shows: `node
 * scripts/pictures.ts` (`--only overview,home` for some pages, `--png FOLDER` for copies to look at,
 * `--all` for every page also in the dark and on a phone, with --png alone).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../test/chromium.ts'
import { PICTURES, type Picture, type Places } from './picture-list.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/pictures')
/** More than this is slow to load in a README. */
const BYTES_MAX = 80_000
const DESKTOP = { width: 1280, height: 900 }
/** Of the copies to look at, at least. */
const LOOK_PX = 1700
/** Of one step, on a busy machine. */
const SLOW_MS = 180_000
const PHONE = { width: 390, height: 844 }

/** What stands on the page of rules. */
const DRAFT = [
  {
    ...{ id: 'internal-traffic', name: 'Leave out internal traffic', actions: [{ do: 'drop' }] },
    when: {
      op: 'any',
      of: [
        { op: 'glob', field: 'event_source_url.host', value: 'staging.*' },
        { op: 'in', field: 'custom_data.coupon', values: ['TEST'], ignore_case: true },
      ],
    },
  },
  {
    ...{ id: 'currency', name: 'Francs where none is said' },
    when: { op: 'equals', field: 'event_name', value: 'Purchase' },
    actions: [{ do: 'default', field: 'custom_data.currency', value: 'CHF' }],
  },
]

const PASSWORD = 'a horse with a hat'
const OWNER = { name: 'Ann Probst', email: 'ann@brewbeans.example', password: PASSWORD }

type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** Where a picture is taken, and as whom. */
interface Seat {
  readonly origin: string
  readonly state: State | undefined
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, png: { type: 'string' }, all: { type: 'boolean' } },
})
const dataDir = mkdtempSync(join(tmpdir(), 'twofold-pictures-'))
const running: ChildProcess[] = []
const browser = await launchChromium()
try {
  const demoUrl = await begin(
    ['demo', '--days', '14', '--seed', '1', '--data', join(dataDir, 'demo')],
    /http:\/\/\S+#sign-in=\S+/,
  )
  const setupUrl = await begin(
    ['serve', '--data', join(dataDir, 'fresh')],
    /http:\/\/\S+#setup=\S+/,
  )
  const demo = await signedIn(demoUrl)
  const places = { ...(await prepared(demo)), SETUP: setupUrl.split('=')[1] ?? '' }
  const seats = {
    demo,
    person: { ...demo, state: await joined(demo, places) },
    fresh: { origin: new URL(setupUrl).origin, state: undefined },
  }
  const only = values.only?.split(',')
  for (const picture of PICTURES.filter(({ name }) => !only || only.includes(name))) {
    // Signing in is shown once there is somebody.
    if (picture.name === 'sign-in') await setUp(setupUrl)
    await takeAll(picture, seats[picture.at ?? 'demo'], places)
  }
} finally {
  await browser.close()
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  rmSync(dataDir, { recursive: true, force: true })
}

async function takeAll(picture: Picture, seat: Seat, places: Places): Promise<void> {
  const { name, height, main = false } = picture
  const own = { picture, seat, places }
  const viewport = { ...DESKTOP, ...(height === undefined ? {} : { height }) }
  await take({ ...own, as: name, viewport, isKept: true })
  if (!main && !values.all) return
  await take({ ...own, as: `${name}-dark`, viewport: DESKTOP, dark: true, isKept: main })
  await take({ ...own, as: `${name}-phone`, viewport: PHONE, isKept: main })
  if (values.all) await take({ ...own, as: `${name}-phone-dark`, viewport: PHONE, dark: true })
}

interface Take {
  readonly picture: Picture
  readonly seat: Seat
  readonly places: Places
  readonly as: string
  readonly viewport: { readonly width: number; readonly height: number }
  readonly dark?: true
  readonly isKept?: boolean
}

async function take({ picture, seat, places, as, viewport, dark, isKept }: Take): Promise<void> {
  const context = await browser.newContext({
    ...(seat.state ? { storageState: seat.state } : {}),
    ...{ viewport, locale: 'en-US', timezoneId: 'Europe/Berlin' },
    ...{ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' },
  })
  context.setDefaultTimeout(SLOW_MS)
  const page = await context.newPage()
  const path = Object.entries(places).reduce(
    (text, [name, id]) => text.replace(name, id),
    picture.path,
  )
  await page.goto(seat.origin + path)
  const shown = page.getByText(picture.shows).filter({ visible: true }).first()
  await shown.waitFor()
  if (picture.down) await page.getByRole('heading', { name: picture.down }).scrollIntoViewIfNeeded()
  if (picture.down) await shown.scrollIntoViewIfNeeded()
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(500)
  await keep(page, as, isKept ?? false)
  await context.close()
}

/** Starts `twofold` and resolves with the link that it prints, once it is open. */
async function begin(words: readonly string[], link: RegExp): Promise<string> {
  const args = [...words, '--port', '0']
  const child = spawn(join(root, 'bin/twofold'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  let said = ''
  for await (const part of child.stdout ?? []) {
    said += part
    const [found] = link.exec(said) ?? []
    if (found && /Stop (it )?with/.test(said)) return found
  }
  throw new Error(`It did not start: ${said}`)
}

async function signedIn(link: string): Promise<Seat> {
  const context = await browser.newContext()
  context.setDefaultTimeout(SLOW_MS)
  const page = await context.newPage()
  await page.goto(link)
  await page.waitForURL((url) => !url.hash.includes('sign-in'))
  await page.waitForLoadState('networkidle')
  const state = await context.storageState()
  await context.close()
  return { origin: new URL(link).origin, state }
}

type Ask = <T>(method: string, path: string, data?: unknown) => Promise<T>

async function asking<T>({ origin, state }: Seat, work: (ask: Ask) => Promise<T>): Promise<T> {
  const context = await browser.newContext({
    ...(state ? { storageState: state } : {}),
    extraHTTPHeaders: { origin },
  })
  try {
    return await work(async (method, path, data) => {
      const answer = await context.request.fetch(origin + path, { method, data })
      if (!answer.ok())
        throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
      return (await answer.json()) as never
    })
  } finally {
    await context.close()
  }
}

/** A source and a draft of rules, so that their pages have something to show; and all ids. */
async function prepared(demo: Seat): Promise<Omit<Places, 'SETUP'>> {
  return asking(demo, async (ask) => {
    type Datasets = { datasets: { dataset_id: string; business_id: string }[] }
    const [dataset] = (await ask<Datasets>('GET', '/api/datasets')).datasets
    const { dataset_id = '', business_id = '' } = dataset ?? {}
    const path = `/api/datasets/${dataset_id}`
    type Destinations = { destinations: { destination_id: string }[] }
    const { destinations } = await ask<Destinations>('GET', `${path}/destinations`)
    type Events = { events: { seq: number; legs: unknown[] }[] }
    const { events } = await ask<Events>('GET', `${path}/events?event_name=Purchase&limit=50`)
    const source = { source: 'woocommerce' }
    const made = await ask<{ connection_id: string }>('POST', `${path}/connections`, source)
    const { revision } = await ask<{ revision: number }>('GET', `${path}/rules`)
    await ask('PUT', `${path}/rules/draft`, { rules: DRAFT, revision })
    return {
      ...{ DATASET: dataset_id, BUSINESS: business_id, CONNECTION: made.connection_id },
      DESTINATION: destinations[0]?.destination_id ?? '',
      SALE: String(events.find(({ legs }) => legs.length > 1)?.seq ?? 1),
    }
  })
}

/** An owner and an analyst come in, one more is invited. Resolves as the owner. */
async function joined(demo: Seat, { BUSINESS }: Pick<Places, 'BUSINESS'>): Promise<State> {
  const path = `/api/businesses/${BUSINESS}/invitations`
  const ben = { name: 'Ben Cohen', email: 'ben@agency.example', password: PASSWORD }
  const codes = await asking(demo, async (ask) => {
    const invite = async (role: string, email: string): Promise<string> =>
      (await ask<{ code: string }>('POST', path, { role, email })).code
    await invite('developer', 'carla@brewbeans.example')
    return [await invite('owner', OWNER.email), await invite('analyst', ben.email)]
  })
  const states: State[] = []
  for (const [index, account] of [OWNER, ben].entries()) {
    const context = await browser.newContext({ extraHTTPHeaders: { origin: demo.origin } })
    const data = { code: codes[index], account }
    const answer = await context.request.post(`${demo.origin}/api/invitations/accept`, { data })
    if (!answer.ok()) throw new Error(`accept: ${await answer.text()}`)
    states.push(await context.storageState())
    await context.close()
  }
  return states[0] as State
}

async function setUp(setupUrl: string): Promise<void> {
  const { origin, hash } = new URL(setupUrl)
  const body = { code: hash.split('=')[1], ...OWNER, business: 'BrewBeans' }
  await asking({ origin, state: undefined }, (ask) => ask('POST', '/api/setup', body))
}

/** Chromium writes WebP itself; the first quality that is small enough. */
async function keep(page: Page, name: string, isKept: boolean): Promise<void> {
  if (values.png) {
    mkdirSync(values.png, { recursive: true })
    const { height = 0, width = 0 } = page.viewportSize() ?? {}
    // Whole pages, but no endless ones.
    if (values.all) await page.setViewportSize({ width, height: Math.max(height, LOOK_PX) })
    await page.screenshot({ path: join(values.png, `${name}.png`) })
    if (values.all) await page.setViewportSize({ width, height })
  }
  if (!isKept) return
  const session = await page.context().newCDPSession(page)
  for (const quality of [85, 75, 60, 45]) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality })
    const bytes = Buffer.from(data, 'base64')
    if (bytes.length > BYTES_MAX && quality > 45) continue
    writeFileSync(join(folder, `${name}.webp`), bytes)
    process.stdout.write(`${name}: ${Math.round(bytes.length / 1024)} kB\n`)
    return
  }
}
