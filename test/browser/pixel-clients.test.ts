/**
 * The built pixel with what shops really have: a React package, values that everybody must hash
 * alike, forms, and the real server at the other end. Meta's script: pixel-companion.test.ts.
 */
import { hash as digest } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashUserData } from '../../src/event/hash.ts'
import { isMatchKey } from '../../src/event/match-keys.ts'
import type { HashedKey, RawUserData } from '../../src/event/shape.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { pixelFixture, STUB, settled } from './pixel-fixture.ts'
import { baseCode, DATASET, html } from './recorder.ts'

const root = join(import.meta.dirname, '../..')
const fixture = pixelFixture()
const sha256 = (text: string): string => digest('sha256', text)

interface NormaliseCase {
  readonly key: HashedKey
  readonly input: string
  readonly calling_code?: string
  readonly documented: string | null
  readonly builder: string | null
  readonly unchanged?: string
}
const normaliseCases = (
  JSON.parse(readFileSync(join(root, 'conformance/normalise.json'), 'utf8')) as {
    cases: NormaliseCase[]
  }
).cases.filter(({ key }) => isMatchKey(key))
/** A word that stands for no code: its hash matches nobody, and nothing can be told from it. */
const isNobody = ({ key, documented }: NormaliseCase): boolean =>
  (key === 'ge' || key === 'country') && documented === null

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

  it('ends, with the server’s part, in every hash that conformance/normalise.json asks for', async () => {
    const { recorder, page } = fixture
    const codes = [...new Set(normaliseCases.map(({ calling_code }) => calling_code ?? ''))]
    for (const code of codes) {
      const group = normaliseCases.filter(
        (one) => (one.calling_code ?? '') === code && !isNobody(one),
      )
      recorder.events.length = 0
      recorder.settings = code ? { default_calling_code: code } : {}
      await visit(html('', baseCode('/p.js'), `fbq('init','${DATASET}')`))
      await settled(page)
      const values = JSON.stringify(group.map(({ key, input }) => ({ [key]: input })))
      await page.evaluate(`${values}.forEach(function (data, index) {
        fbq('set', 'userData', data)
        fbq('trackCustom', 'Case' + index)
      })`)
      await recorder.until((events) => events.length >= group.length)
      for (const [index, { key, input, documented, builder, unchanged }] of group.entries()) {
        const event = recorder.events.find(({ event_name }) => event_name === `Case${index}`)
        const raw = { [key]: event?.user_data[key] ?? [] } as unknown as RawUserData
        const { userData } = hashUserData(raw, { builderForms: true, sha256 })
        const stored = userData[key] ?? []
        const forms = [documented, builder, unchanged].filter((form) => form != null && form !== '')
        const hashes = [...new Set(forms as string[])].map(sha256)
        // Only clear text tells a state inside a longer text, which the builder's form looks for.
        const all = key !== 'st'
        expect(all ? stored : stored[0], `${key} ${input} ${code}`).toEqual(
          all ? hashes : hashes[0],
        )
      }
    }
  })
})

describe('matching from forms', () => {
  const button = (id: string, type = 'submit') => `<button type="${type}" id="${id}">Go</button>`
  const FORMS: readonly [name: string, form: string, keys: readonly string[]][] = [
    [
      'names, phone and place by what fields are called',
      `<input name="first_name" value="Jo"><input id="billing-not" name="last-name" value="Doe">
       <input type="tel" name="x" value="+49 151 12345678"><input name="city" value="Graz">
       <select name="state"><option value="Styria" selected></select>
       <input placeholder="Post code" value="8010"><input autocomplete="email" value="a@b.test">`,
      ['ct', 'em', 'fn', 'ph', 'st', 'zp'],
    ],
    ['an address, whatever its field is called', '<input name="q7" value="jo@shop.test">', ['em']],
    ['a full name', '<input name="your-name" value="Jo van Doe">', ['fn', 'ln']],
    [
      'nothing that may be secret',
      `<input type="password" name="email" value="a@b.test"><input name="card_name" value="Jo Doe">
       <input name="cvv" value="123"><input id="ssn_phone" value="4915112345678">
       <input type="hidden" name="phone" value="4915112345678">
       <input name="social-city" value="Graz"><input autocomplete="cc-name" name="name" value="Jo D">`,
      [],
    ],
    ['nothing of two people', '<input value="a@b.test"><input value="c@d.test">', []],
    [
      'nothing that is empty or unknown',
      '<input name="email" value=""><input name="q" value="x">',
      [],
    ],
  ]
  it.each(FORMS)('%s', async (_name, form, keys) => {
    const { recorder, page } = fixture
    recorder.settings = { auto_matching: true }
    const other = `<form><input name="zip" value="1010"></form>`
    await visit(
      html(
        '',
        baseCode('/p.js'),
        `fbq('init','${DATASET}')`,
        `<form onsubmit="return false">${form}${button('go')}</form>${other}`,
      ),
    )
    await settled(page)
    await page.evaluate(`document.getElementById('go').addEventListener('click', function () {
      fbq('track', 'Lead') })`)
    await page.click('#go')
    await recorder.until((events) => events.length >= 1)
    const found = Object.keys(recorder.events[0]?.user_data ?? {}).filter((key) => key !== 'fbp')
    expect(found.sort()).toEqual(keys)
    expect(JSON.stringify(recorder.bodies)).not.toMatch(/b\.test|shop\.test|Doe|Graz/)
  })

  it('is off unless the dataset wants it, waits for consent, and yields to init', async () => {
    const { recorder, page } = fixture
    const form = `<form onsubmit="return false"><input value="jo@shop.test">${button('go')}</form>`
    const visitForm = async (init: string) => {
      await visit(html('', baseCode('/p.js'), init, form))
      await settled(page)
      await page.click('#go')
      await page.evaluate(`fbq('consent','grant'); fbq('track','Lead')`)
    }
    await visitForm(`fbq('init','${DATASET}')`)
    await recorder.until((events) => events.length >= 1)
    recorder.settings = { auto_matching: true }
    await visitForm(`fbq('init','${DATASET}'); fbq('consent','revoke')`)
    await recorder.until((events) => events.length >= 2)
    await visitForm(`fbq('init','${DATASET}',{em:'owner@shop.test'})`)
    await recorder.until((events) => events.length >= 3)
    expect(recorder.events.map((event) => event.user_data.em)).toEqual([
      undefined,
      undefined,
      [sha256('owner@shop.test')],
    ])
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
