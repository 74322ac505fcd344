/**
 * Offline sales by the public door: a file becomes events once, whatever it is told again, with bad
 * rows named and nothing in clear kept; and a sale typed in by hand.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type {
  EventsAnswer,
  HistoryAnswer,
  OfflineImportAnswer,
  OfflineSaleAnswer,
  OfflineStateAnswer,
} from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'
import { connect } from './platform-fixture.ts'

let server: TestServer
let id: string

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())
beforeEach(async () => {
  ;({ dataset_id: id } = await server.createDataset({ default_country: 'US' }))
})

const nowS = (): number => Math.floor(Date.now() / 1000)
const ago = (days: number): string =>
  new Date((nowS() - Math.round(days * 86_400)) * 1000).toISOString().slice(0, 19)
const path = (rest: string): string => `/api/datasets/${id}/${rest}`
const state = (): Promise<OfflineStateAnswer> => server.api('GET', path('offline-imports'))
const events = async (query = ''): Promise<EventsAnswer['events']> =>
  (await server.api<EventsAnswer>('GET', path(`events?limit=100${query}`))).events

async function send(text: string, query = ''): Promise<OfflineImportAnswer> {
  const answer = await fetch(`${server.url}${path('offline-imports')}${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'text/csv' },
    body: text,
  })
  expect(await answer.clone().text()).not.toContain('"error"')
  return (await answer.json()) as OfflineImportAnswer
}

const HEAD = 'Receipt,Sold at,Total,Currency,E-mail,Phone'

it('a file is tried, then counted once however often it is imported', async () => {
  const file = [
    HEAD,
    `R1,${ago(40)}Z,29.95,EUR,jo@example.com,`,
    `R2,${ago(2)}Z,12,EUR,,(415) 555-2671`,
    `R2,${ago(2)}Z,12,EUR,,(415) 555-2671`,
    `,${ago(1)}Z,5,EUR,ann@example.com,`,
    `R4,${ago(1)}Z,7,EUR,,`,
  ].join('\n')
  const tried = await send(file, '?dry_run=true')
  const counts = { rows: 5, repeated: 1, bad: 0, nobody: 1, stopped: null }
  expect(tried).toMatchObject({ ...counts, dry_run: true, added: 4, known: 0 })
  expect(await events()).toEqual([])
  expect(await send(file)).toMatchObject({ ...counts, added: 4, known: 0 })
  expect(await send(file)).toMatchObject({ ...counts, added: 0, known: 4 })
  const [sale, ...others] = await events('&order_id=R1')
  expect(others).toEqual([])
  expect(sale).toMatchObject({
    event_name: 'Purchase',
    event_id: 'purchase:R1',
    action_source: 'physical_store',
    custom_data: { value: 29.95, currency: 'EUR', order_id: 'R1' },
    legs: [{ channel: 'other', via: 'source' }],
  })
  expect(sale?.user_data.em).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  expect(await events()).toHaveLength(4)
  const { imports, reading, running } = await state()
  expect(imports.map(({ added }) => added)).toEqual([0, 4])
  expect(running).toBeNull()
  expect(reading?.columns).toMatchObject({ order_id: 'Receipt', time: 'Sold at' })
  const unusual = file.replace('Sold at', 'Wann').replace('Total', 'Summe')
  await send(unusual, '?column_time=Wann&column_value=Summe')
  const next = await send(unusual)
  expect(next).toMatchObject({ added: 0, known: 4, as_last_time: ['time', 'value'] })
  const { entries } = await server.api<HistoryAnswer>('GET', path('history'))
  // The trial is no entry.
  const imported = entries.filter(({ action }) => action === 'offline.imported')
  expect(imported).toHaveLength(4)
})

it('keeps nobody in clear', async () => {
  const email = 'very-private-person@example.com'
  await send(`${HEAD}\nR1,${ago(1)}Z,1,EUR,${email},\nR2,never,1,EUR,${email},`)
  for (const name of readdirSync(server.dataDir)) {
    expect(readFileSync(join(server.dataDir, name), 'latin1')).not.toContain('very-private')
  }
})

it('bad rows are named by line and column, good ones counted', async () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [`B1,someday,1,EUR,,,,,`, 'Sold at', /no time/],
    [`B2,${ago(63)}Z,1,EUR,,,,,`, 'Sold at', /days ago; 62 are the most/],
    [`B3,${ago(8)}Z,1,EUR,,,phone call,,`, 'Sold at', /days ago; 7 are the most/],
    [`B4,${ago(-2)}Z,1,EUR,,,,,`, 'Sold at', /ahead of our clock/],
    [`B5,${ago(1)}Z,"1.234",EUR,,,,,`, 'Total', /two ways/],
    [`B6,${ago(1)}Z,1,XXQ,,,,,`, 'Currency', /no currency/],
    [`B7,${ago(1)}Z,1,EUR,,,carrier pigeon,,`, 'Source', /Write physical_store/],
    [`B8,${ago(1)}Z,1,EUR,,,,perhaps,`, 'Consent', /yes or no/],
    [`B9,${ago(1)}Z,,EUR,,,,,Purchase`, 'Total', /needs its value/],
  ]
  const good = [
    `G1,${ago(6)}Z,1,EUR,a@example.com,,phone call,yes,Purchase`,
    `G2,${ago(3)}Z,,,b@example.com,,chat,,Lead`,
    `G3,${ago(3)}Z,3,EUR,c@example.com,,e-mail,,Consultation`,
  ]
  const head = `${HEAD},Source,Consent,Event`
  const file = [head, ...rows.map(([text]) => text), ...good].join('\n')
  const report = await send(file)
  expect(report).toMatchObject({ rows: 3, added: 3, bad: rows.length })
  for (const [at, [, column, reason]] of rows.entries()) {
    const { line, ...fault } = report.faults[at] ?? {}
    expect([line, fault]).toEqual([at + 2, { column, reason: expect.stringMatching(reason) }])
  }
  const told = (await events()).map(({ event_name, action_source }) => [event_name, action_source])
  expect(told.sort()).toEqual([
    ['Consultation', 'email'],
    ['Lead', 'chat'],
    ['Purchase', 'phone_call'],
  ])
})

it('columns that are named are used again, and a head that does not fit is explained', async () => {
  const file = (total: string): string => `When,Sum,Who\n${ago(1)}Z,${total},jo@example.com`
  const lost = await send(file('3'), '?currency=eur')
  expect(lost).toMatchObject({ rows: 0, head: ['When', 'Sum', 'Who'], stopped: { line: 1 } })
  const half = await send(`When,Total,E-mail\n${ago(1)}Z,3,jo@example.com`, '?currency=eur')
  expect(half).toMatchObject({ stopped: { column: 'time' }, columns: { value: 'Total' } })
  const named = '?currency=eur&column_time=When&column_value=Sum&column_email=Who'
  expect(await send(file('3'), named)).toMatchObject({ rows: 1, added: 1 })
  const call = `${named}&action_source=phone_call&event_name=Lead`
  expect(await send(file('6'), call)).toMatchObject({ added: 1 })
  expect(await send(file('4'))).toMatchObject({ rows: 1, added: 1, columns: { email: 'Who' } })
  expect(await send(`Time,Total\n${ago(1)}Z,5`)).toMatchObject({ rows: 1, added: 1 })
  const told = (await events()).map(({ event_name, action_source }) => [event_name, action_source])
  expect(told.slice(0, 3)).toEqual([
    ['Purchase', 'physical_store'],
    ['Purchase', 'physical_store'],
    ['Lead', 'phone_call'],
  ])
  const without = await send(file('7'), `${named.replace('=Who', '=')}`)
  expect(without).toMatchObject({ added: 1, nobody: 1 })
})

it('a sale that the shop reported too counts once', async () => {
  await server.api('POST', path('offline-sales'), {
    event_time: nowS() - 60,
    ...{ value: '30', currency: 'EUR', order_id: 'T1' },
  })
  const file = `${HEAD}\nT1,${ago(0.1)}Z,30,EUR,jo@example.com,`
  expect(await send(file)).toMatchObject({ added: 0, known: 1 })
  expect(await events()).toHaveLength(1)
})

it('a sale by hand is counted once, and takes hashes only', async () => {
  const sale = {
    event_time: nowS() - 3600,
    action_source: 'phone_call',
    ...{ value: '29.95', currency: 'EUR', user_data: { em: ['a'.repeat(64)] } },
  }
  const first = await server.api<OfflineSaleAnswer>('POST', path('offline-sales'), sale)
  expect(first).toMatchObject({ verdict: 'accepted', seq: 1 })
  const again = await server.api<OfflineSaleAnswer>('POST', path('offline-sales'), sale)
  expect(again).toMatchObject({ verdict: 'duplicate', event_id: first.event_id })
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ ...sale, user_data: { em: ['jo@example.com'] } }, /SHA-256/],
    [{ ...sale, value: undefined }, /needs its value/],
    [{ ...sale, currency: 'ZZZ' }, /such as EUR/],
    [{ ...sale, event_time: nowS() - 9 * 86_400 }, /days ago; 7/],
  ]
  for (const [body, words] of refused) {
    await expect(server.api('POST', path('offline-sales'), body)).rejects.toThrow(words)
  }
  expect(await events()).toHaveLength(1)
})

it('stages of leads have the form of conversion leads; back and forth counts once', async () => {
  const lead = '1234567890123456'
  const stages = [
    `D1,${ago(4)}Z,Lead,${lead},jo@example.com`,
    `D1,${ago(3)}Z,Qualified,${lead},jo@example.com`,
    `D1,${ago(2)}Z,Lead,${lead},jo@example.com`,
    `D1,${ago(1)}Z,Qualified,${lead},jo@example.com`,
    `,${ago(3)}Z,Lead,2234567890123456,`,
    `,${ago(2)}Z,Lead,2234567890123456,`,
  ]
  const file = ['Deal id,Time,Stage,Lead id,E-mail', ...stages].join('\n')
  const query = '?action_source=system_generated&crm=My%20CRM'
  expect(await send(file, query)).toMatchObject({ rows: 6, added: 3, repeated: 3, bad: 0 })
  const told = await events()
  expect(told).toHaveLength(3)
  expect(told.find(({ event_name }) => event_name === 'Qualified')).toMatchObject({
    event_id: 'qualified:D1',
    action_source: 'system_generated',
    user_data: { lead_id: lead, em: [expect.any(String)] },
    custom_data: { event_source: 'crm', lead_event_source: 'My CRM', order_id: 'D1' },
  })
})

it('a stage of a connected CRM that moves back and forth counts once', async () => {
  const stages = { Lead: 'Lead', Qualified: 'QualifiedLead' }
  const crm = await connect(server, id, { source: 'salesforce', settings: { stages } })
  const basic = Buffer.from(`twofold:${crm.secret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}` }
  for (const [at, Status] of ['Lead', 'Qualified', 'Lead', 'Qualified'].entries()) {
    const LastModifiedDate = `${ago(1 - at / 10)}Z`
    const body = JSON.stringify({ Id: '00Q1', Status, Email: 'jo@example.com', LastModifiedDate })
    expect(await crm.send({ body, headers })).toBe(200)
  }
  await crm.settled()
  const told = (await events()).map(({ event_name, legs }) => [event_name, legs.length])
  expect(told.sort()).toEqual([
    ['Lead', 1],
    ['QualifiedLead', 1],
  ])
})
