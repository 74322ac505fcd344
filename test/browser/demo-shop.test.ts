/** What the shop's backend promises, asked by plain requests: nothing the client says is trusted. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createShop, type Shop } from '../../examples/brewbeans/shop.ts'
import type { EventsAnswer, EventView } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

const ORIGIN = 'http://shop.example.com'
let server: TestServer
let shop: Shop
let dataset: { dataset_id: string; access_token: string }
let readToken: string

beforeAll(async () => {
  server = await startTwofold()
  dataset = await server.createDataset({ default_country: 'DE' })
  const path = `/api/datasets/${dataset.dataset_id}/tokens`
  readToken = (await server.api<{ token: string }>('POST', path, { purpose: 'read' })).token
  shop = createShop({
    basePath: '/beans',
    collectorUrl: server.url,
    datasetId: dataset.dataset_id,
    accessToken: dataset.access_token,
    readToken,
  })
})

afterAll(() => server?.close())

/** A browser without scripts: keeps cookies, sends forms. */
function shopper(): (path: string, form?: Record<string, string>) => Promise<Response> {
  const cookies = new Map<string, string>()
  return async (path, form) => {
    const response = await shop(
      new Request(ORIGIN + path, {
        method: form ? 'POST' : 'GET',
        headers: {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0.0.0',
          'x-forwarded-for': '203.0.113.7',
        },
        ...(form ? { body: new URLSearchParams(form) } : {}),
      }),
    )
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/)
      cookies.set(name, value)
    }
    return response
  }
}

const ALMA = {
  firstName: ' Alma ',
  lastName: 'O’Probst',
  email: 'Alma@Example.COM ',
  phone: '030 / 23125 014',
  street: 'Musterstraße 7',
  postcode: '10115',
  city: 'Berlin',
  country: 'DE',
}
const BAG = { do: 'add', sku: 'BB-HON-250', bags: '1' }

async function sale(order: string): Promise<EventView> {
  const path = `/api/datasets/${dataset.dataset_id}/events?order_id=${order}`
  const read = async () => (await server.api<EventsAnswer>('GET', path)).events
  await expect.poll(async () => (await read()).length).toBe(1)
  return (await read())[0] as EventView
}

async function buy(person: Record<string, string>): Promise<Response> {
  const go = shopper()
  await go('/beans/cart', { ...BAG, price: '0.01', item_price: '0.01' })
  return await go('/beans/checkout', { ...person, total: '0.01', value: '0.01' })
}

const orderOf = (response: Response): string =>
  new URL(response.headers.get('location') ?? '', ORIGIN).searchParams.get('order') ?? ''

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('the shop', () => {
  it('takes prices from its catalogue only', async () => {
    const response = await buy(ALMA)
    expect(response.status).toBe(303)
    const { custom_data } = await sale(orderOf(response))
    expect(custom_data).toMatchObject({ value: 16.5, currency: 'EUR', content_ids: ['BB-HON-250'] })
  })

  it('sends personal data hashed as documented, with the shopper’s address and browser', async () => {
    const { user_data, findings } = await sale(orderOf(await buy(ALMA)))
    expect(user_data).toMatchObject({
      em: [sha256('alma@example.com')],
      ph: [sha256('493023125014')],
      fn: [sha256('alma')],
      ct: [sha256('berlin')],
      zp: [sha256('10115')],
      country: [sha256('de')],
      client_ip_address: '203.0.113.7',
      client_user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0.0.0',
    })
    // The collector would note it if anything had come in clear.
    expect(findings).toEqual([])
  })

  it('says what is wrong with a form and keeps what was typed, escaped', async () => {
    const go = shopper()
    await go('/beans/cart', BAG)
    const response = await go('/beans/checkout', { ...ALMA, email: '"><script>alert(1)</script>' })
    expect(response.status).toBe(422)
    const page = await response.text()
    expect(page).toContain('An e-mail address looks like name@example.com.')
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).not.toContain('<script>alert')
  })

  it('greets a hostile name without running it', async () => {
    const go = shopper()
    await go('/beans/cart', BAG)
    const firstName = '<img src=x onerror=alert(1)>'
    const thanks = await go(
      (await go('/beans/checkout', { ...ALMA, firstName })).headers.get('location') ?? '',
    )
    const page = await thanks.text()
    expect(page).toContain('Thank you, &lt;img src=x onerror=alert(1)&gt;!')
    expect(page).not.toContain('<img')
  })

  it('never puts a token or a session into a page', async () => {
    const go = shopper()
    const paths = ['/beans/', '/beans/coffee/red-honey', '/beans/cart', '/beans/assets/panel.js']
    for (const path of paths) {
      const response = await go(path)
      const text = await response.text()
      expect(text).not.toContain(dataset.access_token)
      expect(text).not.toContain(readToken)
    }
    const first = await shopper()('/beans/')
    const session = /brewbeans_session=([^;]+)/.exec(first.headers.get('set-cookie') ?? '')?.[1]
    expect(session).toMatch(/^[0-9a-f-]{36}$/)
    expect(await first.text()).not.toContain(session)
  })

  it('shows an order only to the visitor who placed it', async () => {
    const order = orderOf(await buy(ALMA))
    expect((await shopper()(`/beans/thank-you?order=${order}`)).status).toBe(404)
  })

  it('stays below its base path', async () => {
    const pages = ['/beans/', '/beans/coffee/harbour-house', '/beans/cart', '/beans/nowhere']
    for (const path of pages) {
      const text = await (await shopper()(path)).text()
      const targets = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, to = '']) => to)
      const outside = targets.filter((to) => !to.startsWith('/beans/') && !to.startsWith('#'))
      expect(outside).toEqual([`${server.url}/datasets/${dataset.dataset_id}/test-events`])
    }
    const elsewhere = await shopper()('/beans')
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([303, '/beans/'])
  })

  it.each<[string, string, Record<string, string>, number]>([
    ['an unknown coffee', '/beans/cart', { ...BAG, sku: 'BB-TEA-1' }, 400],
    ['no bags', '/beans/cart', { ...BAG, bags: '0' }, 400],
    ['a million bags', '/beans/cart', { ...BAG, bags: '1000000' }, 400],
    ['half a bag', '/beans/cart', { ...BAG, bags: '0.5' }, 400],
    ['an unknown wish', '/beans/cart', { ...BAG, do: 'steal' }, 400],
    ['a huge form', '/beans/cart', { ...BAG, junk: 'x'.repeat(20_000) }, 413],
    ['a form nobody has', '/beans/admin', BAG, 404],
  ])('refuses %s', async (_what, path, form, status) => {
    expect((await shopper()(path, form)).status).toBe(status)
  })

  it('refuses forms that other sites send', async () => {
    const response = await shop(
      new Request(`${ORIGIN}/beans/cart`, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'cross-site' },
        body: new URLSearchParams(BAG),
      }),
    )
    expect(response.status).toBe(403)
  })

  it('reads a broken switches cookie as everything normal', async () => {
    const response = await shop(
      new Request(`${ORIGIN}/beans/`, {
        headers: { cookie: 'brewbeans_switches=browser=%00&server=on fire&id' },
      }),
    )
    const page = await response.text()
    for (const normal of ['browser" value="normal', 'server" value="normal', 'id" value="shared']) {
      expect(page).toMatch(new RegExp(`${normal}"[^>]* checked`))
    }
  })
})
