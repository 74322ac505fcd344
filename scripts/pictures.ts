/**
 * Makes the pictures of docs/pictures: starts the demo shop with a past of 14 days in a folder of
 * its own, opens every page of the Events Manager in Chromium and keeps what it shows as WebP. Run
 * it after a change that shows: `node scripts/pictures.ts` (`--only overview` for one page, `--png
 * FOLDER` for copies to look at).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../test/chromium.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/pictures')
/** More than this is slow to load in a README. */
const BYTES_MAX = 80_000
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }

interface Picture {
  readonly name: string
  /** Below the dataset. */
  readonly path: string
  /** The page is whole once this stands on it. */
  readonly shows: string
  /** Also in the dark and on a phone. */
  readonly main?: true
  readonly height?: number
}

const PICTURES: readonly Picture[] = [
  { name: 'home', path: '', shows: 'last hour', main: true },
  { name: 'overview', path: '/datasets/ID/', shows: 'Purchase', main: true, height: 1130 },
  { name: 'event-log', path: '/datasets/ID/events', shows: 'PageView', main: true },
  {
    name: 'match-quality',
    path: '/datasets/ID/match-quality?window=7d',
    shows: 'people known from',
    main: true,
    height: 1000,
  },
  {
    name: 'match-quality-measured',
    path: '/datasets/ID/match-quality?window=7d#measured',
    shows: 'people known from',
  },
  {
    name: 'deduplication',
    path: '/datasets/ID/deduplication?window=7d',
    shows: 'coverage',
    main: true,
  },
  {
    name: 'loss',
    path: '/datasets/ID/loss?window=7d',
    shows: 'recovered',
    main: true,
    height: 1000,
  },
  { name: 'diagnostics', path: '/datasets/ID/diagnostics', shows: 'Look now', main: true },
  { name: 'alerts', path: '/datasets/ID/alerts', shows: 'Alerts' },
  { name: 'test-events', path: '/datasets/ID/test-events', shows: 'Send test events' },
  { name: 'destinations', path: '/datasets/ID/destinations', shows: 'Delivered' },
  { name: 'deliveries', path: '/datasets/ID/deliveries', shows: 'Delivered' },
  {
    name: 'reconciliation',
    path: '/datasets/ID/reconciliation',
    shows: 'orders',
    main: true,
    height: 1000,
  },
  { name: 'business-alerts', path: '/businesses/BUSINESS/alerts', shows: 'digest' },
  { name: 'sources', path: '/datasets/ID/sources', shows: 'Sources' },
  { name: 'install', path: '/datasets/ID/install', shows: 'Install' },
  { name: 'settings', path: '/datasets/ID/settings', shows: 'Settings', height: 1000 },
  { name: 'tokens', path: '/datasets/ID/tokens', shows: 'Tokens' },
]

const { values } = parseArgs({ options: { only: { type: 'string' }, png: { type: 'string' } } })
const dataDir = mkdtempSync(join(tmpdir(), 'twofold-pictures-'))
const { demo, signIn } = await startDemo()
const browser = await launchChromium()
try {
  const { state, datasetId, businessId } = await entered(browser, signIn)
  const wanted = PICTURES.filter(({ name }) => !values.only || values.only === name)
  for (const picture of wanted) {
    await take({ picture, as: picture.name, viewport: { ...DESKTOP, ...heightOf(picture) } })
    if (!picture.main) continue
    await take({ picture, as: `${picture.name}-dark`, viewport: DESKTOP, dark: true })
    await take({ picture, as: `${picture.name}-phone`, viewport: PHONE })
  }
  async function take({ picture, as, viewport, dark }: Take): Promise<void> {
    const context = await browser.newContext({
      ...{ storageState: state, viewport, locale: 'en-US', timezoneId: 'Europe/Berlin' },
      ...{ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' },
    })
    const page = await context.newPage()
    await page.goto(
      new URL(signIn).origin +
        picture.path.replace('ID', datasetId).replace('BUSINESS', businessId),
    )
    await page
      .getByText(picture.shows)
      .filter({ visible: true })
      .first()
      .waitFor({ timeout: 60_000 })
    if (picture.path.endsWith('#measured')) {
      await page
        .getByRole('heading', { name: 'Recognised in your own data' })
        .scrollIntoViewIfNeeded()
      await page.getByText('people known from').scrollIntoViewIfNeeded()
    }
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(500)
    await keep(page, as)
    await context.close()
  }
} finally {
  await browser.close()
  demo.kill('SIGTERM')
  await new Promise((resolve) => demo.once('exit', resolve))
  rmSync(dataDir, { recursive: true, force: true })
}

interface Take {
  readonly picture: Picture
  readonly as: string
  readonly viewport: { readonly width: number; readonly height: number }
  readonly dark?: true
}

function heightOf({ height }: Picture): { height?: number } {
  return height === undefined ? {} : { height }
}

/** Resolves with the link that signs in, once the shop is open. */
async function startDemo(): Promise<{ demo: ChildProcess; signIn: string }> {
  const args = ['demo', '--days', '14', '--seed', '1', '--port', '0', '--data', dataDir]
  const demo = spawn(join(root, 'bin/twofold'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const words of demo.stdout ?? []) {
    said += words
    const [signIn] = /http:\/\/\S+#sign-in=\S+/.exec(said) ?? []
    if (signIn && said.includes('Stop with')) return { demo, signIn }
  }
  throw new Error(`The demo did not start: ${said}`)
}

async function entered(
  browser: Browser,
  signIn: string,
): Promise<{
  state: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>
  datasetId: string
  businessId: string
}> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(signIn)
  await page.waitForURL((url) => !url.hash.includes('sign-in'))
  await page.waitForLoadState('networkidle')
  const answer = await context.request.get(`${new URL(signIn).origin}/api/datasets`)
  const { datasets } = (await answer.json()) as {
    datasets: { dataset_id: string; business_id: string }[]
  }
  const [dataset] = datasets
  const state = await context.storageState()
  await context.close()
  return { state, datasetId: dataset?.dataset_id ?? '', businessId: dataset?.business_id ?? '' }
}

/** Chromium writes WebP itself; the first quality that is small enough. */
async function keep(page: Page, name: string): Promise<void> {
  if (values.png) {
    mkdirSync(values.png, { recursive: true })
    await page.screenshot({ path: join(values.png, `${name}.png`) })
  }
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
