/**
 * "The ad platform reports 26 purchases, the shop has 4 orders": found and explained by the public
 * door, with orders from a real webhook. And the other way round: orders that nobody reported are
 * named, sent, and still counted once when their report comes late.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type {
  DayRowsAnswer,
  HistoryAnswer,
  LossAnswer,
  OrderImportAnswer,
  OrderImportsAnswer,
  ReconciliationAnswer,
  SentAnswer,
} from '../../src/api/types.ts'
import { wooOrder } from '../../src/sources/woocommerce-orders.ts'
import { type AgedDataset, startAged } from '../aged-server.ts'
import type { TestServer } from '../start.ts'
import { connect } from './platform-fixture.ts'

let server: TestServer
let dataset: AgedDataset

let unused: AgedDataset[]

beforeAll(async () => {
  const settings = Array.from({ length: 9 }, () => ({ default_country: 'US' }))
  ;({ server, datasets: unused } = await startAged(settings))
})
afterAll(() => server.close())
beforeEach(() => {
  dataset = unused.pop() ?? dataset
})

const SHOPPER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/147.0.0.0 Safari/537.36'
const nowS = (): number => Math.floor(Date.now() / 1000)
const gmt = (ageS: number): string => new Date((nowS() - ageS) * 1000).toISOString().slice(0, 19)
const today = (): string => new Date().toISOString().slice(0, 10)
const path = (rest = ''): string => `/api/datasets/${dataset.dataset_id}/reconciliation${rest}`
const settle = (change: object): Promise<unknown> =>
  server.api('PATCH', `/api/datasets/${dataset.dataset_id}`, change)

interface Seen {
  readonly visitor: string
  readonly value?: number
  readonly order?: string
  readonly id?: string
  readonly ageS?: number
  readonly agent?: string
}

/** One thank-you page as a badly made tag reports it: a new event id at every load. */
async function pageLoads(loads: readonly Seen[]): Promise<void> {
  for (const { visitor, value = 29.35, order, id, ageS = 60, agent = SHOPPER } of loads) {
    const event = {
      dataset_id: dataset.dataset_id,
      event_name: 'Purchase',
      event_id: id ?? randomUUID(),
      event_time: nowS() - ageS,
      event_source_url: 'https://shop.example/thank-you',
      user_data: { fbp: `fb.1.1772400000000.${visitor}`, external_id: [`visitor-${visitor}`] },
      custom_data: { value, currency: 'EUR', ...(order ? { order_id: order } : {}) },
    }
    const answer = await fetch(`${server.url}/e`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'user-agent': agent },
      body: JSON.stringify({ sent_at: Date.now(), events: [event] }),
    })
    expect(answer.status).toBe(200)
  }
}

const twoDays = (): string => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  return `?from=${yesterday}&to=${today()}`
}

async function rows(show = 'differences'): Promise<DayRowsAnswer['rows']> {
  const { days } = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
  const all: DayRowsAnswer['rows'][number][] = []
  for (const { day } of days) {
    const query = `/${day}?show=${show}&limit=500`
    all.push(...(await server.api<DayRowsAnswer>('GET', path(query))).rows)
  }
  return all
}

describe('26 purchases reported, 4 real orders', () => {
  it('is found, and every one of the others has its reason', async () => {
    await settle({ orders_from: 'webhooks', bots: 'keep' })
    const woo = await connect(server, dataset.dataset_id, { source: 'woocommerce' })
    const send = (id: number, status = 'processing', ageS = 600) =>
      woo.send({
        headers: { 'x-wc-webhook-topic': 'order.updated' },
        body: wooOrder({ id, status, at: gmt(ageS), more: { meta_data: [] } }),
      })
    for (const id of [1, 2, 3, 4]) expect(await send(id)).toBe(200)
    for (const id of [5, 6]) await send(id, 'pending')
    await woo.settled()
    const robot = 'Mozilla/5.0 (compatible; HeadlessChrome/147.0) Googlebot/2.1'
    await pageLoads([
      // The four buyers, each with the order id on the page.
      ...['1', '2', '3', '4'].map((order) => ({ visitor: `10${order}`, order, ageS: 590 })),
      // They come back to the thank-you page, which has forgotten the order: 8 times.
      ...['1', '2', '3', '4'].map((order) => ({ visitor: `10${order}`, ageS: 300 })),
      ...['1', '2', '3', '4'].map((order) => ({ visitor: `10${order}`, ageS: 120 })),
      // The tag is there twice on two of these pages.
      ...['1', '2'].map((order) => ({ visitor: `10${order}`, ageS: 589 })),
      // Two orders that were never paid, each page loaded three times.
      ...['5', '6'].map((order) => ({ visitor: `10${order}`, order, ageS: 580 })),
      ...['5', '6'].map((order) => ({ visitor: `10${order}`, ageS: 200 })),
      ...['5', '6'].map((order) => ({ visitor: `10${order}`, ageS: 100 })),
      // Robots that found the page.
      ...[0, 1, 2, 3].map((n) => ({ visitor: `20${n}`, value: 99, ageS: 400, agent: robot })),
      // Nobody knows what this one and the one after it bought.
      { visitor: '301', value: 5, ageS: 90 },
      { visitor: '302', value: 6, ageS: 80, order: 'not-a-shop-order' },
    ])
    const { total, reports, books } = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
    expect(books).toMatchObject([{ origin: 'webhook', orders: 6 }])
    // 26 page loads and 4 webhooks; the four buyers' own loads met their orders.
    expect(reports).toMatchObject({ received: 30, duplicate: 4, counted: 26 })
    expect(total).toMatchObject({
      ...{ orders: 4, counted: 26, both: 4, missing: 0, extra: 22, differs: 0 },
      not_sold: { pending: 2 },
      reasons: {
        'extra:revisited': 12,
        'extra:duplicated_tag': 2,
        'extra:order_pending': 2,
        'extra:bot': 4,
        'extra:no_order': 1,
        'extra:order_unknown': 1,
      },
    })
    expect(total.discrepancy).toMatchObject({ missing: 0, extra: 22, of: 26 })
    expect(total.discrepancy.share).toBeCloseTo(22 / 26)
    const explained = await rows()
    expect(explained).toHaveLength(22)
    expect(explained.every(({ words, counted }) => words !== '' && counted)).toBe(true)
    const revisits = explained.filter(({ reason }) => reason === 'revisited')
    expect(new Set(revisits.map(({ detail }) => detail))).toEqual(
      new Set(['1', '2', '3', '4', '5', '6']),
    )
    expect(await rows('all')).toHaveLength(22 + 6)
    const loss = await server.api<LossAnswer>('GET', `/api/datasets/${dataset.dataset_id}/loss`)
    expect(loss).toMatchObject({ event_name: 'Purchase', orders_sold: 4, counted: 26 })
  })
})

const FILE = (rows: readonly string[]): string =>
  ['order_id,time,value,currency,status,email', ...rows].join('\n')

async function importFile(text: string, query = ''): Promise<OrderImportAnswer> {
  const url = `${server.url}/api/datasets/${dataset.dataset_id}/order-imports${query}`
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'text/csv' },
    body: text,
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as OrderImportAnswer
}

describe('a file of orders', () => {
  it('is tried, taken in once, and its bad rows are named', async () => {
    const file = FILE([
      `17,${gmt(9000)}Z,30,EUR,paid,jo@example.com`,
      `18,${gmt(9000)}Z,thirty,EUR,paid,jo@example.com`,
      `19,${gmt(9000)}Z,12.5,EUR,on-hold,ann@example.com`,
    ])
    const tried = await importFile(file, '?dry_run=true')
    expect(tried).toMatchObject({ dry_run: true, rows: 2, added: 2, bad: 1 })
    expect((await server.api<ReconciliationAnswer>('GET', path())).books).toEqual([])
    const first = await importFile(file)
    expect(first).toMatchObject({ rows: 2, added: 2, changed: 0, bad: 1 })
    expect(first.faults).toEqual([
      { line: 3, column: 'value', reason: 'It is no amount: write 29.95.' },
    ])
    expect(await importFile(file)).toMatchObject({ added: 0, changed: 0, same: 2 })
    const paid = file.replace('on-hold', 'completed')
    expect(await importFile(paid)).toMatchObject({ added: 0, changed: 1, same: 1 })
    const { imports } = await server.api<OrderImportsAnswer>(
      'GET',
      `/api/datasets/${dataset.dataset_id}/order-imports`,
    )
    expect(imports.map(({ changed }) => changed)).toEqual([1, 0, 0])
    const history = await server.api<HistoryAnswer>(
      'GET',
      `/api/datasets/${dataset.dataset_id}/history`,
    )
    // The trial changed nothing, so it stands nowhere.
    const imported = history.entries.filter(({ action }) => action === 'orders.imported')
    expect(imported).toHaveLength(3)
  })

  it('of unusual columns is mapped once, and read so the next time', async () => {
    // Once: between two files a second may pass.
    const at = gmt(9000)
    const row = (id: string) => `${id};${at}Z;30,00;jo@example.com;+49 30 123456`
    const file = (...ids: string[]) => ['Vorgang;Wann;Summe;Mail;Phone', ...ids.map(row)].join('\n')
    const lost = await importFile(file('v1'))
    expect(lost).toMatchObject({
      rows: 0,
      added: 0,
      head: ['Vorgang', 'Wann', 'Summe', 'Mail', 'Phone'],
    })
    expect(lost.stopped).toMatchObject({ line: 1, column: 'order_id' })
    const query = new URLSearchParams({ order_id: 'Vorgang', time: 'Wann', value: 'Summe' })
    for (const [name, value] of [
      ['email', 'Mail'],
      ['phone', ''],
      ['all_in', 'EUR'],
    ]) {
      query.set(String(name), String(value))
    }
    expect(await importFile(file('v1'), `?${query}`)).toMatchObject({ added: 1, as_last_time: [] })
    const next = await importFile(file('v1', 'v2'))
    expect(next).toMatchObject({
      added: 1,
      same: 1,
      columns: { order_id: 'Vorgang', email: 'Mail' },
    })
    expect(next.columns.phone).toBeUndefined()
    expect([...next.as_last_time].sort()).toEqual(['email', 'order_id', 'phone', 'time', 'value'])
    const { reading } = await server.api<OrderImportsAnswer>(
      'GET',
      `/api/datasets/${dataset.dataset_id}/order-imports`,
    )
    expect(reading).toMatchObject({ currency: 'EUR', columns: { time: 'Wann', phone: '' } })
    // A file of usual names is read by them.
    const usual = await importFile(FILE([`v3,${gmt(9000)}Z,30,EUR,paid,jo@example.com`]))
    expect(usual).toMatchObject({ added: 1, as_last_time: [], columns: { order_id: 'order_id' } })
  })
})

describe('sales in a store and by phone', () => {
  it('are a class of their own, and no difference', async () => {
    await settle({ orders_from: 'csv' })
    const order = `s1,${gmt(9000)}Z,30,EUR,paid,jo@example.com`
    await importFile(FILE([order, `s2,${gmt(60)}Z,30,EUR,paid,ann@example.com`]))
    await pageLoads([{ visitor: '601', order: 's1', value: 30 }])
    const sales = ['receipt,time,value,currency,email', `R1,${gmt(8000)}Z,12,EUR,jo@example.com`]
    const url = `${server.url}/api/datasets/${dataset.dataset_id}/offline-imports`
    const headers = { authorization: `Bearer ${server.adminToken}`, 'content-type': 'text/csv' }
    const body = [...sales, `,${gmt(7000)}Z,30,EUR,jo@example.com`].join('\n')
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    const sale = { event_time: nowS() - 6000, value: '9.5', currency: 'EUR', order_id: 'call-1' }
    await server.api('POST', `/api/datasets/${dataset.dataset_id}/offline-sales`, {
      ...{ ...sale, action_source: 'phone_call' },
    })
    const { total } = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
    expect(total).toMatchObject({ orders: 2, counted: 1, missing: 1, extra: 0, elsewhere: 3 })
    expect(total.reasons).toMatchObject({ 'elsewhere:sold_elsewhere': 3 })
    expect((await rows()).map(({ kind }) => kind)).toEqual(['missing'])
    const own = (await rows('all')).filter(({ kind }) => kind === 'elsewhere')
    expect(own.map(({ order_id }) => order_id).sort()).toEqual(['R1', 'call-1', null])
  })
})

describe('orders that nobody reported', () => {
  it('are named, sent once, and a late report of them does no harm', async () => {
    await settle({ orders_from: 'csv' })
    await importFile(
      FILE([
        `a1,${gmt(9000)}Z,30,EUR,paid,jo@example.com`,
        `a2,${gmt(9000)}Z,31,EUR,paid,ann@example.com`,
        `a3,${gmt(9000)}Z,32,EUR,paid,`,
        `a4,${gmt(60)}Z,33,EUR,paid,bob@example.com`,
        `a5,${gmt(9000)}Z,34,EUR,pending,bob@example.com`,
      ]),
    )
    await pageLoads([{ visitor: '401', order: 'a2', value: 31.5, id: 'purchase:a2' }])
    const before = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
    expect(before.total).toMatchObject({ orders: 4, missing: 3, differs: 1, extra: 0 })
    expect(before.total.money).toEqual([
      { currency: 'EUR', orders: '126', counted: '31.5', difference: '-94.5' },
    ])
    const days = { from: before.days.at(-1)?.day, to: today() }
    const trial = await server.api<SentAnswer>('POST', path('/send'), days)
    expect(trial).toMatchObject({
      ...{ dry_run: true, missing: 3, sendable: 1, sent: 0 },
      unsent: { no_person: 1, too_new: 1 },
    })
    const sent = await server.api<SentAnswer>('POST', path('/send'), { ...days, dry_run: false })
    expect(sent).toMatchObject({ sent: 1, refused: {} })
    const again = await server.api<SentAnswer>('POST', path('/send'), { ...days, dry_run: false })
    expect(again).toMatchObject({ sendable: 0, sent: 0 })
    const history = await server.api<HistoryAnswer>(
      'GET',
      `/api/datasets/${dataset.dataset_id}/history`,
    )
    const sends = history.entries.filter(({ action }) => action === 'orders.sent')
    // The trial is no entry.
    expect(sends).toHaveLength(2)
    await pageLoads([{ visitor: '402', order: 'a1', value: 30 }])
    await pageLoads([{ visitor: '402', id: 'purchase:a1', value: 30 }])
    const after = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
    expect(after.total).toMatchObject({ orders: 4, counted: 2, missing: 2, extra: 0, both: 1 })
    const all = await rows('all')
    expect(all.find(({ order_id }) => order_id === 'a1')).toMatchObject({
      kind: 'ok',
      counted: { event_id: 'purchase:a1', browser: true, server: true, amount: '30' },
    })
    expect(all.find(({ order_id }) => order_id === 'a2')).toMatchObject({
      ...{ kind: 'differs', reason: 'value', amount: '31' },
      counted: { amount: '31.5' },
    })
  })

  it('that were refused for consent are left out on purpose, and never sent', async () => {
    await settle({ orders_from: 'csv', unknown_consent: 'drop' })
    await importFile(FILE([`b1,${gmt(9000)}Z,30,EUR,paid,jo@example.com`]))
    await pageLoads([{ visitor: '501', order: 'b1', value: 30 }])
    const { total } = await server.api<ReconciliationAnswer>('GET', path(twoDays()))
    expect(total).toMatchObject({ orders: 1, missing: 0, left_out: 1, counted: 0 })
    expect(total.discrepancy).toMatchObject({ of: 0, share: null })
    expect(await rows()).toMatchObject([{ kind: 'left_out', reason: 'not_consented' }])
    const days = { from: undefined, dry_run: false }
    expect(await server.api<SentAnswer>('POST', path('/send'), days)).toMatchObject({ sent: 0 })
  })
})
