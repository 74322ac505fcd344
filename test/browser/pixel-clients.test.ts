/** The built pixel with what shops really have: a React package, Meta's script beside it, forms of
 * values that everybody must hash alike, and the real server at the other end. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'
import { pixelFixture, STUB, settled } from './pixel-fixture.ts'
import { baseCode, DATASET, html } from './recorder.ts'

const root = join(import.meta.dirname, '../..')
const fixture = pixelFixture()

async function visit(body: string): Promise<void> {
  fixture.recorder.pages.set('/', { body })
  await fixture.page.goto(`${fixture.recorder.url}/`)
}

describe('react-facebook-pixel, unmodified', () => {
  it('reports through our script, which answers at the address it asks for', async () => {
    const { recorder, page, context } = fixture
    const script = await recorder.script()
    await context.route('https://connect.facebook.net/**', (route) =>
      route.fulfill({ body: script, contentType: 'text/javascript' }),
    )
    const client = readFileSync(
      join(root, 'node_modules/react-facebook-pixel/dist/fb-pixel.js'),
      'utf8',
    )
    await visit(html('', client))
    await page.evaluate(`
      const pixel = ReactPixel.default
      pixel.init('${DATASET}', { em: 'jo@shop.test' }, { autoConfig: true, debug: false })
      pixel.pageView()
      pixel.track('Purchase', { value: 3, currency: 'EUR' })
      pixel.trackSingle('${DATASET}', 'Lead', { content_name: 'x' })
      pixel.trackCustom('Foo', { a: 1 })
      pixel.revokeConsent()
      pixel.track('AddToCart', {})
    `)
    await recorder.until((events) => events.length >= 4)
    expect(recorder.names().sort()).toEqual(['Foo', 'Lead', 'PageView', 'Purchase'])
    expect(recorder.events[0]?.user_data.em).toHaveLength(1)
    await page.evaluate('ReactPixel.default.grantConsent()')
    await recorder.until((events) => events.some(({ event_name }) => event_name === 'AddToCart'))
  })
})

describe('companion: beside Meta’s script', () => {
  /** Stands for Meta's script: adopts the stub as it does and writes down what it would send. */
  const META = `window.metaHits = [];
    (function () {
      var n = window.fbq, queue = n.queue
      n.callMethod = function () { window.metaHits.push([].slice.call(arguments)) }
      while (queue.length) n.callMethod.apply(n, queue.shift())
    })()`
  const metaIds = (): Promise<Record<string, string>> =>
    fixture.page.evaluate(() => {
      const hits = (window as unknown as { metaHits: unknown[][] }).metaHits
      const calls = hits.filter(([method]) => method === 'track')
      return Object.fromEntries(
        calls.map((call) => [call[1], (call[3] as { eventID: string }).eventID]),
      )
    })

  it.each([
    ['Meta’s script first', [META], ['<script src="/p.js" data-mode="companion"></script>']],
    ['ours first', ['<script src="/p.js" data-mode="companion"></script>', STUB], [META]],
  ])('%s: each event is sent once by each, with one id', async (_name, before, after) => {
    const { recorder, page } = fixture
    const [first, second] = [before, after]
    await visit(html('', ...(first.includes(STUB) ? [] : [STUB]), ...first, ...second, ''))
    await settled(page)
    await page.evaluate(`
      fbq('init', '${DATASET}')
      fbq('track', 'PageView')
      fbq('track', 'Purchase', { value: 3, currency: 'EUR' })
      fbq('track', 'Lead', {}, { eventID: 'mine' })
    `)
    await recorder.until((events) => events.length >= 3)
    const ours = Object.fromEntries(
      recorder.events.map(({ event_name, event_id }) => [event_name, event_id]),
    )
    expect(await metaIds()).toEqual(ours)
    expect(ours.Lead).toBe('mine')
    expect(recorder.events).toHaveLength(3)
  })
})

describe('advanced matching', () => {
  interface Case {
    name: string
    key: string
    values: string[]
    builder_forms: boolean
    calling_code?: string
    hashes: string[]
    pixel?: boolean
  }
  const { cases } = JSON.parse(readFileSync(join(root, 'conformance/hash.json'), 'utf8')) as {
    cases: Case[]
  }
  const ours = cases.filter(({ pixel, values }) => pixel && values.length === 1)

  it('has vectors to run', () => {
    expect(ours.length).toBeGreaterThan(10)
  })

  it.each(ours)('hashes in the browser as conformance/hash.json says: $key, $name', async (row) => {
    const { recorder } = fixture
    const { key, values, hashes, builder_forms, calling_code } = row
    recorder.settings = {
      builder_forms,
      ...(calling_code ? { default_calling_code: calling_code } : {}),
    }
    const data = JSON.stringify({ [key]: values[0] })
    await visit(
      html('', baseCode('/p.js'), `fbq('init','${DATASET}',${data}); fbq('track','Lead')`),
    )
    await recorder.until((events) => events.length >= 1)
    expect(recorder.events[0]?.user_data[key] ?? []).toEqual(hashes)
    const clear = values.filter((value) => !/[0-9a-f]{64}/i.test(value))
    for (const value of clear) expect(JSON.stringify(recorder.bodies)).not.toContain(value)
  })

  it('reads forms only where it is switched on, and never a password', async () => {
    const { recorder, page } = fixture
    const form = `<form onsubmit="return false"><input name="email" value="jo@shop.test">
      <input type="password" name="phone" value="4915112345678"><button>Go</button></form>`
    for (const [auto_matching, count] of [
      [false, 0],
      [true, 1],
    ] as const) {
      recorder.settings = { auto_matching }
      recorder.events.length = 0
      await visit(html('', baseCode('/p.js'), `fbq('init','${DATASET}')`, form))
      await settled(page)
      await page.click('button')
      await page.evaluate(`fbq('track','Lead')`)
      await recorder.until((events) => events.length >= 1)
      const { em, ph } = recorder.events[0]?.user_data ?? {}
      expect([(em ?? []).length, ph]).toEqual([count, undefined])
    }
  })
})

describe('the real server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTwofold()
  })
  afterAll(() => server.close())

  it('counts what the page and the shop’s server both report once, and keeps cookies', async () => {
    const { page, context } = fixture
    const { dataset_id, access_token } = await server.createDataset()
    const script = `<script async src="${server.url}/p.js?id=${dataset_id}"></script>`
    await visit(html('', STUB, script, `fbq('init','${dataset_id}'); fbq('track','PageView')`))
    await settled(page)
    await page.evaluate(`fbq('track','Purchase',{value:30,currency:'EUR',order_id:'o-17'})`)
    const eventId = await page.evaluate<string>(`fbq.eventId('purchase','o-17')`)
    const answer = await fetch(`${server.url}/v24.0/${dataset_id}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        data: [
          {
            event_name: 'Purchase',
            event_time: Math.floor(Date.now() / 1000),
            event_id: eventId,
            action_source: 'website',
            user_data: { em: ['a'.repeat(64)] },
            custom_data: { value: 30, currency: 'EUR', order_id: 'o-17' },
          },
        ],
      }),
    })
    expect(answer.status).toBe(200)
    await expect
      .poll(async () => {
        const path = `/api/datasets/${dataset_id}/summary`
        const { received, counted, duplicates } = await server.api<Record<string, unknown>>(
          'GET',
          path,
        )
        return { received, counted, duplicates }
      })
      .toEqual({ received: { browser: 2, server: 1, other: 0 }, counted: 2, duplicates: 1 })
    const { events } = await server.api<{ events: { matched_by: string }[] }>(
      'GET',
      `/api/datasets/${dataset_id}/events?event_name=Purchase`,
    )
    expect(events.map(({ matched_by }) => matched_by)).toEqual(['event_id'])
    const names = (await context.cookies()).map(({ name }) => name)
    expect(names).toContain('_fbp')
  })
})
