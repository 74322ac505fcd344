/** The history of changes: every change is in it, with its maker and without any secret. */
import { describe, expect, it } from 'vitest'
import { ACTIONS } from '../../src/access/history-actions.ts'
import { historySchema } from '../../src/api/history-schemas.ts'
import { ROUTES } from '../../src/api/routes.ts'
import type { HistoryEntryView } from '../../src/api/types.ts'
import { TwofoldError } from '../../src/errors.ts'
import { ADMIN, type ApiBench, apiBench, NOW_S } from './api-bench.ts'

const PASSWORD = 'a horse with a hat'

/** Change nothing that is kept, or (drafts) keep their author and time in a history of their own. */
const UNRECORDED = [
  'POST /api/datasets/{id}/test-links',
  'POST /api/session',
  'DELETE /api/session',
  'POST /api/session/passkey',
  'POST /api/session/passkey-options',
  'POST /api/account/passkeys/options',
  'POST /api/session/oidc',
  'POST /api/account/identities',
  'POST /api/invitations/look',
  'PUT /api/datasets/{id}/rules/draft',
  'DELETE /api/datasets/{id}/rules/draft',
  'POST /api/datasets/{id}/rules/try',
  'POST /api/rule-check',
  'POST /api/datasets/{id}/diagnostics/look',
]

describe('the route table', () => {
  const changing = ROUTES.filter(({ method }) => method !== 'GET')
  it.each(changing)(
    '$method $path says what the history says of it',
    ({ method, path, history }) => {
      const isUnrecorded = UNRECORDED.includes(`${method} ${path}`)
      if (isUnrecorded) return expect(history).toBeNull()
      const action = typeof history === 'object' ? history?.action : history
      expect(Object.keys(ACTIONS)).toContain(action)
    },
  )
})

async function ownerOf(bench: ApiBench): Promise<Record<string, string>> {
  const setup = { name: 'Ann', email: 'ann@example.com', password: PASSWORD }
  const reply = await bench.app.inject({
    method: 'POST',
    url: '/api/setup',
    payload: { ...setup, code: bench.access.setupCode(), business: 'Ann Ltd.' },
  })
  const cookie = String(reply.headers['set-cookie']).split(';', 1)[0] ?? ''
  return { cookie, host: 'twofold.example', origin: 'http://twofold.example' }
}

async function historyOf(bench: ApiBench, path = '/api/history'): Promise<HistoryEntryView[]> {
  const reply = await bench.get(`${path}?limit=200`)
  return historySchema.strict().parse(reply.json()).entries
}

describe('a change', () => {
  it('is in the history with who, what and where, the newest first', async () => {
    const bench = await apiBench()
    const headers = await ownerOf(bench)
    const ask = async (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
      const reply = await bench.app.inject({
        method,
        url,
        headers,
        ...(payload ? { payload } : {}),
      })
      expect(reply.statusCode, reply.body).toBeLessThan(300)
      return reply.statusCode === 204 ? undefined : reply.json()
    }
    const business = bench.access.businesses()[0]?.business_id ?? ''
    const made = await ask('POST', '/api/businesses', { name: 'Client' })
    const { dataset_id } = await ask('POST', `/api/businesses/${business}/datasets`, {
      name: 'Shop',
    })
    const path = `/api/datasets/${dataset_id}`
    await ask('PATCH', path, { mode: 'meta', default_country: 'DE' })
    const token = await ask('POST', `${path}/tokens`, { purpose: 'read', name: 'agency' })
    const next = await ask('POST', `/api/tokens/${token.id}/rotate`, {})
    await ask('DELETE', `/api/tokens/${token.id}`)
    const invited = await ask('POST', `/api/businesses/${business}/invitations`, { role: 'admin' })
    const bob = { name: 'Bob', email: 'bob@example.com', password: PASSWORD }
    await bench.app.inject({
      method: 'POST',
      url: '/api/invitations/accept',
      payload: { code: invited.code, account: bob },
    })
    const bobId = bench.access.people()[1]?.person_id
    await ask('PATCH', `/api/businesses/${business}/people/${bobId}`, { role: 'analyst' })
    await bench.send('POST', `${path}/rules/publish`, { rules: [] })
    await ask('DELETE', path)

    const entries = await historyOf(bench)
    const ann = bench.access.people()[0]?.person_id
    const byAnn = { by_kind: 'person', by_id: ann, by_name: 'Ann', at: NOW_S }
    expect(entries.toReversed()).toMatchObject([
      { ...byAnn, action: 'person.created', subject: ann, business_id: business },
      { ...byAnn, action: 'business.created', subject: made.business_id, name: 'Client' },
      { ...byAnn, action: 'dataset.created', subject: dataset_id, name: 'Shop', dataset_id },
      { ...byAnn, action: 'dataset.changed', details: { fields: 'mode, default_country' } },
      { action: 'token.created', subject: token.id, name: 'agency', details: { purpose: 'read' } },
      { action: 'token.rotated', subject: next.id, name: 'agency', dataset_id },
      { action: 'token.revoked', subject: token.id, name: 'agency', business_id: business },
      { action: 'invitation.made', business_id: business, details: { role: 'admin' } },
      { action: 'person.joined', by_name: 'Bob', by_id: bobId, business_id: business },
      { ...byAnn, action: 'person.role_changed', subject: bobId, name: 'Bob' },
      { action: 'rules.published', by_kind: 'token', by_name: 'admin token', dataset_id },
      { ...byAnn, action: 'dataset.deleted', name: 'Shop', business_id: business },
    ])
    const ofBusiness = entries.filter(({ action }) => action !== 'business.created')
    expect(await historyOf(bench, `/api/businesses/${business}/history`)).toEqual(ofBusiness)
    const text = JSON.stringify(entries)
    for (const secret of [PASSWORD, token.token, next.token, invited.code, 'bob@', ADMIN]) {
      expect(text).not.toContain(secret)
    }
  })

  it('that failed is not in it', async () => {
    const bench = await apiBench()
    const { dataset } = await bench.access.createDataset({ name: 'Shop' })
    const path = `/api/datasets/${dataset.dataset_id}`
    await bench.send('PATCH', path, { mode: 'loose' })
    await bench.send('DELETE', '/api/tokens/tok_none')
    const put = bench.kept.putSettings
    bench.kept.putSettings = () => Promise.reject(new TwofoldError('store_full'))
    expect((await bench.send('PATCH', path, { name: 'Other' })).statusCode).toBe(503)
    bench.kept.putSettings = put
    expect(await historyOf(bench)).toEqual([])
  })

  it('is stored in the write of the change itself', async () => {
    const bench = await apiBench()
    const { dataset } = await bench.access.createDataset({ name: 'Shop' })
    const put = bench.kept.putSettings
    const writes: number[][] = []
    bench.kept.putSettings = (documents, history = []) => {
      writes.push([documents.length, history.length])
      return put(documents, history)
    }
    await bench.send('PATCH', `/api/datasets/${dataset.dataset_id}`, { name: 'Other' })
    expect(writes).toEqual([[1, 1]])
  })

  it('of two at once each gets its own entry', async () => {
    const bench = await apiBench()
    const names = Array.from({ length: 10 }, (_, i) => `Shop ${i}`)
    await Promise.all(names.map((name) => bench.send('POST', '/api/datasets', { name })))
    const entries = await historyOf(bench)
    expect(entries.map(({ name }) => name).sort()).toEqual(names)
    expect(new Set(entries.map(({ subject }) => subject)).size).toBe(10)
  })
})

describe('reading the history', () => {
  it('goes page by page and ends', async () => {
    const bench = await apiBench()
    for (let i = 0; i < 5; i++) await bench.send('POST', '/api/datasets', { name: `Shop ${i}` })
    const seen: (string | null)[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const reply = await bench.get(`/api/history?limit=2&cursor=${cursor}`)
      const page = historySchema.parse(reply.json())
      seen.push(...page.entries.map(({ name }) => name))
      cursor = page.next_cursor
    }
    expect(seen).toEqual(['Shop 4', 'Shop 3', 'Shop 2', 'Shop 1', 'Shop 0'])
  })

  it('is told of one dataset without the others, and of one business without the others', async () => {
    const bench = await apiBench()
    const one = (await bench.send('POST', '/api/datasets', { name: 'One' })).json().dataset_id
    await bench.send('POST', '/api/datasets', { name: 'Two' })
    const other = await bench.access.createBusiness('Other')
    const path = `/api/businesses/${other.business_id}`
    await bench.send('POST', `${path}/datasets`, { name: 'Three' })
    const names = async (at: string) => (await historyOf(bench, at)).map(({ name }) => name)
    expect(await names(`/api/datasets/${one}/history`)).toEqual(['One'])
    expect(await names(`${path}/history`)).toEqual(['Three'])
    expect(await names('/api/history')).toEqual(['Three', 'Two', 'One'])
  })

  it.each([
    ['ndjson', /^\{"no":250,.*\n(\{.*\n){249}$/],
    ['csv', /^no,at,by_kind,.*\r\n250,(.*\r\n){250}$/],
  ])('as %s exports everything, more than a page', async (format, whole) => {
    const bench = await apiBench()
    for (let i = 0; i < 250; i++) {
      const entry = { by: { kind: 'token', id: 't', name: '=1+1' }, action: 'demo.opened' }
      const value = { ...entry, subject: null, name: 'a, "b"', details: {} }
      await bench.kept.putSettings([], [{ at_ms: 0, business_id: null, dataset_id: null, value }])
    }
    const reply = await bench.get(`/api/history?format=${format}`)
    expect(reply.body).toMatch(whole)
    // What a spreadsheet would take for a formula is not one any more.
    if (format === 'csv') expect(reply.body).toContain(`,'=1+1,demo.opened`)
    if (format === 'csv') expect(reply.body).toContain('"a, ""b"""')
  })
})
