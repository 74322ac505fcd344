/**
 * The WordPress plugin under a real PHP, with stand-ins for WordPress and WooCommerce alone: what its
 * hooks do, and that what it sends is taken by a real server and counted once.
 */
import { execFile, execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionMadeAnswer, EventsAnswer, EventView } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

const root = join(import.meta.dirname, '../..')
const folder = 'integrations/wordpress'
const PHP = process.env.TWOFOLD_PHP ?? 'php'
const run = promisify(execFile)

interface Sent {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}
interface PageShown {
  readonly scripts: Record<string, { src: string; inline?: string }>
  readonly tag: string
}
type Queued = readonly [how: string, hook: string, args: readonly unknown[], waitS: number]
type Meta = Record<string, string>

interface ShopRun {
  readonly declared: Record<string, boolean>
  readonly carried: Record<string, Meta>
  readonly renewal: Meta
  readonly queued: readonly Queued[]
  readonly paid: readonly Sent[]
  readonly refunded: readonly Sent[]
  readonly again: Record<string, readonly Queued[]>
  readonly given_up: readonly [readonly Queued[], string]
  readonly cf7_answer: { readonly twofold_event_id: string }
  readonly wpforms_answer: { readonly twofold_event_id: string }
  readonly gravity_answer: string
  readonly lead_queue: readonly Queued[]
  readonly leads: readonly Sent[]
  readonly no_lead: readonly Queued[]
  readonly pages: Record<string, PageShown>
  readonly routes_off: readonly string[]
  readonly routes_on: readonly string[]
  readonly relayed: readonly [number, unknown]
  readonly relay_sent: readonly Sent[]
  readonly relay_bad: readonly (readonly [number, unknown])[]
  readonly relay_flood: number
  readonly script: readonly [string, Record<string, string>, number]
  readonly clean: Record<string, string>
  readonly kept_secret: Record<string, string>
  readonly form: string
  readonly notices: string
  readonly left: readonly string[]
}

let server: TestServer
let dataset: { dataset_id: string; access_token: string }
let connection: ConnectionMadeAnswer
let shop: ShopRun

async function php(...words: readonly string[]): Promise<string> {
  const { stdout } = await run(PHP, words, { cwd: root, maxBuffer: 10_000_000 })
  return stdout
}

/** What the plugin does in a WordPress of this kind. */
async function ran<T>(mode: 'shop' | 'consent' | 'bare'): Promise<T> {
  const settings = {
    endpoint: `${server.url}/`,
    dataset_id: dataset.dataset_id,
    hook: server.url + new URL(connection.url).pathname,
    content_id: 'variant',
    calling_code: '49',
  }
  const secrets = { hook_secret: connection.secret, send_token: dataset.access_token }
  const given = JSON.stringify({ settings, secrets })
  return JSON.parse(await php(`${folder}/test/run.php`, mode, given)) as T
}

beforeAll(async () => {
  try {
    execFileSync(PHP, ['-v'], { stdio: 'ignore' })
  } catch {
    throw new Error(
      'The WordPress plugin is tested under a real PHP, and there is none here. Install one (on ' +
        'Debian: apt-get install php-cli), or name it in TWOFOLD_PHP, and run the test again.',
    )
  }
  server = await startTwofold()
  dataset = await server.createDataset({ default_country: 'DE' })
  const path = `/api/datasets/${dataset.dataset_id}/connections`
  connection = await server.api('POST', path, { source: 'woocommerce' })
  shop = await ran('shop')
})
afterAll(async () => {
  await server?.close()
})

async function events(name: string): Promise<readonly EventView[]> {
  const path = `/api/datasets/${dataset.dataset_id}/events?event_name=${name}&limit=50`
  return (await server.api<EventsAnswer>('GET', path)).events
}

/** The bytes that the plugin sends, sent. */
async function passOn({ url, headers, body }: Sent): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers, body })
  await answer.text()
  return answer.status
}

const pageData = ({ scripts }: PageShown): string => scripts['twofold-pages']?.inline ?? ''
const FBP = 'fb.1.1772400000000.1111111111'
const FBC = 'fb.1.1772400000000.IwAR9wp'

it('every file of it is PHP', async () => {
  const files = globSync(`${folder}/**/*.php`, { cwd: root })
  expect(files.length).toBeGreaterThan(8)
  for (const file of files) expect(await php('-l', file)).toContain('No syntax errors')
}, 300_000)

describe('an order', () => {
  it('carries the browser from the classic checkout and from the block, and only the shopper’s', () => {
    const { carried } = shop
    const own = {
      ...{ _twofold_fbp: FBP, _twofold_fbc: FBC, _twofold_ip: '198.51.100.23' },
      _twofold_url: 'https://shop.example/checkout/',
      _twofold_ua: expect.stringContaining('Chrome'),
    }
    expect(carried.woocommerce_checkout_create_order).toMatchObject(own)
    expect(carried.woocommerce_store_api_checkout_update_order_from_request).toMatchObject(own)
    expect(Object.keys(carried.assistant ?? {})).toEqual(['_secret_of_another_plugin'])
    expect(Object.keys(carried.staff ?? {})).toEqual(['_secret_of_another_plugin'])
    expect(shop.renewal).toEqual({ _billing_email: 'a@b.example' })
    expect(shop.declared).toEqual({ custom_order_tables: true, cart_checkout_blocks: true })
  })

  it('is sent in the background, once for all hooks of a payment, and holds nothing else', () => {
    expect(shop.queued).toEqual([
      ['async', 'twofold_send_order', [727, 0], 0],
      ['async', 'twofold_send_order', [728, 0], 0],
    ])
    expect(shop.paid).toHaveLength(1)
    expect(shop.paid[0]?.body).not.toMatch(/Secret Ltd|Street 1|_secret_of_another/)
  })

  it('is sent again until it is taken, with growing pauses, but not what is refused', () => {
    const later = [['single', 'twofold_send_order', [727, 2], 120]]
    const { down, error, secret, refused } = shop.again
    expect([down, error, secret, refused]).toEqual([later, later, later, []])
    expect(shop.given_up).toEqual([[], 'Gave up twofold_send_order after 8 tries.'])
  })

  it('is taken by the server, counted once with what the browser knew, and refunded', async () => {
    const sent = [...shop.paid, ...shop.paid, ...shop.refunded]
    for (const one of sent) expect(await passOn(one)).toBe(200)
    await expect.poll(() => events('Refund'), { timeout: 20_000 }).toHaveLength(1)
    const [purchase, ...others] = await events('Purchase')
    expect(others).toEqual([])
    expect(purchase).toMatchObject({
      event_id: 'purchase:727',
      event_source_url: 'https://shop.example/checkout/',
      custom_data: { value: 64.9, currency: 'EUR', order_id: '727', content_ids: ['23'] },
      user_data: {
        fbp: FBP,
        fbc: FBC,
        client_ip_address: '198.51.100.23',
        em: [expect.any(String)],
      },
    })
    expect((await events('Refund'))[0]?.custom_data).toMatchObject({ value: 10, currency: 'EUR' })
  })
})

describe('a lead', () => {
  it('waits hashed, and the page is told the id of it', () => {
    const bodies = shop.leads.map(({ body }) => JSON.parse(body).data[0])
    expect(bodies.map(({ event_id }) => event_id)).toEqual([
      shop.cf7_answer.twofold_event_id,
      shop.wpforms_answer.twofold_event_id,
      expect.stringMatching(/^lead:/),
    ])
    expect(shop.gravity_answer).toContain(`data-twofold-lead="${bodies[2].event_id}"`)
    expect(JSON.stringify(shop.lead_queue)).not.toMatch(/example\.com|1234567|Bean/i)
    expect(Object.keys(bodies[0].user_data)).toEqual([
      ...['em', 'ph', 'client_ip_address', 'client_user_agent', 'fbp', 'fbc'],
    ])
    expect(shop.no_lead).toEqual([])
  })

  it('is taken by the server; typed with capitals it is the same person', async () => {
    for (const one of shop.leads) expect(await passOn(one)).toBe(200)
    const leads = await events('Lead')
    expect(leads).toHaveLength(3)
    const cf7 = leads.find(({ event_id }) => event_id === shop.cf7_answer.twofold_event_id)
    const [purchase] = await events('Purchase')
    expect(cf7?.user_data.em).toEqual(purchase?.user_data.em)
    expect(cf7?.user_data.ph).toEqual(purchase?.user_data.ph)
  })

  it('goes by WordPress’ own cron where there is no Action Scheduler', async () => {
    const bare = await ran<{ queued: readonly Queued[]; sent: readonly Sent[]; page: PageShown }>(
      'bare',
    )
    expect(bare.queued).toMatchObject([['cron', 'twofold_send_lead', expect.anything(), 0]])
    expect(bare.sent).toHaveLength(1)
    expect(bare.page.scripts.twofold?.src).toBe(`${server.url}/p.js?id=${dataset.dataset_id}`)
  })
})

describe('a page', () => {
  it('is the same for everybody: a cache may keep it', () => {
    const { product, staff } = shop.pages
    expect(product && pageData(product)).toContain('"content_ids":["93"]')
    for (const page of Object.values(shop.pages)) {
      expect(pageData(page)).not.toMatch(/event_?id|fb\.1\.|@|198\.51/i)
    }
    expect(staff?.scripts).toEqual([])
  })

  it('that thanks tells of the sale: paid, fresh, and to whom it belongs only', () => {
    const { thanks, stranger, unpaid, revisited, checkout } = shop.pages
    expect(thanks && pageData(thanks)).toContain('"order_id":"727"')
    for (const page of [stranger, unpaid, revisited]) {
      expect(page && pageData(page)).not.toContain('purchase')
    }
    expect(checkout && pageData(checkout)).toContain('"checkout":{"value":64.9,"currency":"EUR"}')
  })
})

describe('consent', () => {
  it('is asked of the consent plugin: refused, nothing of the browser goes anywhere', async () => {
    const told = await ran<{
      granted: Meta
      denied: Meta
      lead: readonly Sent[]
      page: PageShown
    }>('consent')
    expect(told.granted).toMatchObject({ _twofold_fbp: FBP, _twofold_consent: 'granted' })
    expect(told.denied).toEqual({ _secret_of_another_plugin: 'x', _twofold_consent: 'denied' })
    const { user_data, consent } = JSON.parse(told.lead[0]?.body ?? '').data[0]
    expect([user_data, consent]).toEqual([{}, { state: 'denied' }])
    expect(told.page.tag).toContain('data-consent="revoked"')
  })
})

describe('the first-party route', () => {
  it('is there when it is switched on, and passes on whose browser it was', async () => {
    expect(shop.routes_off).toEqual([])
    expect(shop.routes_on).toEqual(['twofold/v1/e', 'twofold/v1/p'])
    expect(shop.relayed).toEqual([200, { events_received: 1 }])
    const [sent] = shop.relay_sent
    expect(sent && (await passOn(sent))).toBe(200)
    const [view] = await events('PageView')
    expect(view).toMatchObject({
      event_id: 'r-1',
      user_data: { fbp: FBP, client_ip_address: '198.51.100.23' },
    })
    expect(view?.legs[0]?.channel).toBe('browser')
  })

  it('refuses what no pixel sends, and floods', () => {
    expect(shop.relay_bad.map(([status]) => status)).toEqual([400, 413, 400])
    expect(shop.relay_flood).toBe(429)
  })

  it('hands out the script, fetched once', () => {
    const [text, headers, fetched] = shop.script
    expect([text, fetched]).toEqual(['twofold()', 1])
    expect(headers['Content-Type']).toContain('javascript')
    expect(shop.pages.relayed?.scripts.twofold?.src).toContain('/wp-json/twofold/v1/p')
    expect(shop.pages.relayed?.tag).toContain(
      'data-endpoint="https://shop.example/wp-json/twofold/v1"',
    )
  })
})

describe('the settings', () => {
  it('are cleaned, secrets are kept and never shown, and nothing is left behind', () => {
    expect(shop.clean).toMatchObject({ endpoint: '', dataset_id: '1' })
    expect(shop.clean).not.toHaveProperty('nonsense')
    expect(shop.kept_secret).toEqual({ hook_secret: connection.secret, send_token: 'new' })
    expect(shop.form).not.toContain(connection.secret)
    expect(shop.form).toContain('_wpnonce')
    expect(shop.left).toEqual([])
  })

  it('warn of another plugin that reports to Meta as well', () => {
    expect(shop.notices).toContain('every sale counts twice')
  })
})
