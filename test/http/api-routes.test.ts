/** Datasets, tokens, errors, the OpenAPI document: what the routes take and answer. */
import { describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/api/routes.ts'
import {
  datasetCreatedSchema,
  datasetSchema,
  datasetsSchema,
  demoSchema,
  errorSchema,
  statusSchema,
  tokenCreatedSchema,
  tokensSchema,
} from '../../src/api/schemas.ts'
import { ERRORS, TwofoldError } from '../../src/errors.ts'
import { RETRY_AFTER_S } from '../../src/limits.ts'
import { apiBench, NOW_S } from './api-bench.ts'

describe('every route', () => {
  const taking = ROUTES.flatMap(({ method, path, query, body }) =>
    Object.entries({ query, body }).flatMap(([part, schema]) =>
      schema ? [{ method, path, part, schema }] : [],
    ),
  )
  it.each(taking)('$method $path refuses an unknown key in its $part', ({ schema }) => {
    const { error } = schema.safeParse({ nonsense_key: 1 })
    expect(JSON.stringify(error?.issues)).toContain('nonsense_key')
  })
})

describe('a change', () => {
  const changes = ROUTES.filter(
    ({ method, path }) => method === 'PATCH' || (method === 'PUT' && path.endsWith('/alerts')),
  )
  it.each(changes)('$method $path leaves alone what its body leaves out', ({ body }) => {
    expect(body?.safeParse({}).data ?? {}).toEqual({})
  })
})

describe('datasets', () => {
  it('are created, listed, read, changed and deleted', async () => {
    const bench = await apiBench()
    const reply = await bench.send('POST', '/api/datasets', {
      name: ' Shop ',
      default_country: 'de',
    })
    expect(reply.statusCode).toBe(201)
    const made = datasetCreatedSchema.strict().parse(reply.json())
    expect(made.dataset).toMatchObject({ name: 'Shop', default_country: 'DE', created_at: NOW_S })
    expect(bench.access.authorize(made.access_token, made.dataset_id, 'send')).toBe(true)

    const path = `/api/datasets/${made.dataset_id}`
    expect(datasetSchema.strict().parse((await bench.get(path)).json())).toEqual(made.dataset)
    expect(datasetsSchema.parse((await bench.get('/api/datasets')).json()).datasets).toEqual([
      made.dataset,
    ])
    const changed = await bench.send('PATCH', path, { repair: 'merge' })
    expect(changed.json()).toEqual({ ...made.dataset, repair: 'merge' })
    expect((await bench.send('PATCH', path, {})).json()).toEqual(changed.json())
    const gone = await bench.send('DELETE', path)
    expect([gone.statusCode, gone.body]).toEqual([204, ''])
    expect((await bench.get(path)).json().error.code).toBe('dataset_not_found')
  })
})

describe('tokens', () => {
  it('are shown once, listed without themselves, and revoked', async () => {
    const bench = await apiBench()
    const { dataset_id } = (await bench.send('POST', '/api/datasets', { name: 'Shop' })).json()
    expect((await bench.get('/api/tokens')).json().tokens).toMatchObject([
      { dataset_id, purpose: 'send', name: 'first', made_by: 'admin token' },
    ])
    const one = tokenCreatedSchema.strict().parse(
      (
        await bench.send('POST', `/api/datasets/${dataset_id}/tokens`, {
          purpose: 'read',
          name: 'agency',
        })
      ).json(),
    )
    expect(one).toMatchObject({ dataset_id, purpose: 'read', name: 'agency', created_at: NOW_S })
    const all = await bench.send('POST', '/api/tokens', { dataset_id: '*', purpose: 'read' })
    expect(tokenCreatedSchema.strict().parse(all.json())).toMatchObject({ dataset_id: '*' })
    const rotated = await bench.send('POST', `/api/tokens/${one.id}/rotate`, { overlap_hours: 2 })
    const next = tokenCreatedSchema.strict().parse(rotated.json())
    expect(next).toMatchObject({ purpose: 'read', name: 'agency', made_by: 'admin token' })
    expect((await bench.get(`/api/datasets/${dataset_id}`, one.token)).statusCode).toBe(200)
    await bench.send('DELETE', `/api/tokens/${next.id}`)
    const short = { purpose: 'read', expires_in_days: 90 }
    const brief = await bench.send('POST', `/api/datasets/${dataset_id}/tokens`, short)
    expect(brief.json().expires_at).toBe(NOW_S + 90 * 86_400)
    await bench.send('DELETE', `/api/tokens/${brief.json().id}`)
    const list = await bench.get('/api/tokens')
    expect(list.json().tokens).toContainEqual(
      expect.objectContaining({ id: one.id, expires_at: NOW_S + 7200, last_used_at: NOW_S }),
    )
    expect(tokensSchema.parse(list.json()).tokens).toHaveLength(3)
    expect(list.body).not.toContain(one.token)
    expect((await bench.send('DELETE', `/api/tokens/${one.id}`)).statusCode).toBe(204)
    expect((await bench.get(`/api/datasets/${dataset_id}`, one.token)).statusCode).toBe(401)
  })
})

describe('the instance', () => {
  it('tells how it is and opens the demo', async () => {
    const bench = await apiBench()
    expect(statusSchema.strict().parse((await bench.get('/api/status')).json())).toEqual({
      ok: true,
      queue: 0,
      version: '1.2.3',
      public_url: null,
      now: NOW_S,
    })
    expect(demoSchema.parse((await bench.send('POST', '/api/demo')).json())).toEqual({
      url: '/demo/',
      dataset_id: '1',
    })
  })

  it('refuses a backup where the store has no file', async () => {
    const bench = await apiBench()
    const reply = await bench.get('/api/backup')
    expect(reply.statusCode).toBe(503)
    expect(reply.json().error).toMatchObject({ code: 'store_failed' })
  })
})

describe('errors', () => {
  it.each<[string, string, object | string | undefined, number, string, RegExp]>([
    ['POST', '/api/datasets', {}, 400, 'invalid_request', /body\.name/],
    ['POST', '/api/datasets', { name: 'x', mode: 1 }, 400, 'invalid_request', /body\.mode/],
    ['POST', '/api/datasets', { name: 'x', color: 1 }, 400, 'invalid_request', /"color"/],
    ['POST', '/api/datasets', '{"name"', 400, 'invalid_request', /not JSON/],
    ['POST', '/api/datasets', undefined, 400, 'invalid_request', /body\.name/],
    ['POST', '/api/datasets', `{"name":"${'x'.repeat(300_000)}"}`, 413, 'body_too_large', /256 KB/],
    ['POST', '/api/datasets/1/tokens', { purpose: 'all' }, 404, 'dataset_not_found', /id 1\./],
    ['POST', '/api/tokens', { purpose: 'read' }, 400, 'invalid_request', /dataset_id/],
    ['GET', '/api/datasets/{id}/events?limit=0', undefined, 400, 'invalid_request', /limit/],
    ['GET', '/api/datasets/{id}/events?limit=1001', undefined, 400, 'invalid_request', /limit/],
    ['GET', '/api/datasets/{id}/events?cursor=x', undefined, 400, 'invalid_request', /cursor/],
    ['GET', '/api/datasets/{id}/events?event=x', undefined, 400, 'invalid_request', /"event"/],
    ['GET', '/api/datasets/{id}/events?verdict=lost', undefined, 400, 'invalid_request', /verdict/],
    ['GET', '/api/datasets/{id}/summary?from=soon', undefined, 400, 'invalid_request', /from/],
    ['GET', '/api/datasets/{id}/summary?from=9&to=3', undefined, 400, 'invalid_request', /from/],
    ['GET', '/api/datasets/123/summary', undefined, 404, 'dataset_not_found', /123/],
    ['GET', '/api/doctor?dataset_id=123', undefined, 404, 'dataset_not_found', /123/],
    ['DELETE', '/api/tokens/tok_none', undefined, 404, 'token_not_found', /tok_none/],
  ])('%s %s %j: %i %s', async (method, path, body, status, code, detail) => {
    const bench = await apiBench()
    const { dataset } = await bench.access.createDataset({ name: 'Shop' })
    const reply = await bench.app.inject({
      method: method as 'GET',
      url: path.replace('{id}', dataset.dataset_id),
      headers: {
        authorization: 'Bearer configured-admin-token',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: body }),
    })
    const { error } = errorSchema.strict().parse(reply.json())
    expect([reply.statusCode, error.code]).toEqual([status, code])
    expect(error.detail ?? '').toMatch(detail)
    expect(reply.body).not.toMatch(/\bat .*\.ts/)
  })

  it('never show what broke inside, only an id to look it up by', async () => {
    const bench = await apiBench()
    bench.store.stats = () => Promise.reject(new Error('secret path /var/data'))
    const reply = await bench.get('/api/doctor')
    expect(reply.statusCode).toBe(500)
    expect(reply.json().error).toMatchObject({ code: 'internal', retryable: true })
    expect(reply.body).not.toContain('secret')
  })

  it('say when to try again where that helps', async () => {
    const bench = await apiBench()
    bench.store.stats = () => Promise.reject(new TwofoldError('store_full'))
    const reply = await bench.get('/api/doctor')
    expect(reply.statusCode).toBe(ERRORS.store_full.status)
    expect(reply.headers['retry-after']).toBe(String(RETRY_AFTER_S))
  })
})

describe('the OpenAPI document', () => {
  interface Operation {
    readonly parameters?: { readonly name: string; readonly in: string }[]
    readonly responses: Record<string, unknown>
  }
  interface Document {
    readonly openapi: string
    readonly paths: Record<string, Record<string, Operation>>
    readonly components: { readonly schemas: Record<string, unknown> }
  }

  it('is public and has every route, every parameter and no dangling reference', async () => {
    const bench = await apiBench()
    const reply = await bench.app.inject('/api/openapi.json')
    const document = reply.json() as Document
    expect(document.openapi).toBe('3.1.0')
    for (const { method, path, answer } of ROUTES) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      expect(operation?.responses, path).toHaveProperty([String(answer.status)])
      const inPath = operation?.parameters?.filter((parameter) => parameter.in === 'path')
      expect(inPath?.map(({ name }) => `{${name}}`) ?? []).toEqual(path.match(/\{\w+\}/g) ?? [])
    }
    const query = document.paths['/api/datasets/{id}/events']?.get?.parameters ?? []
    expect(query.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'event_name',
        'event_id',
        'order_id',
        'from',
        'to',
        'limit',
        'cursor',
      ]),
    )
    const references = [...reply.body.matchAll(/"#\/components\/schemas\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(20)
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name)
    expect(reply.body).not.toContain('$defs')
  })

  it('documents the body of POST /e and the Graph endpoint', async () => {
    const bench = await apiBench()
    const { paths, components } = (await bench.app.inject('/api/openapi.json')).json() as Document
    expect(JSON.stringify(paths['/e'])).toContain('#/components/schemas/PixelBody')
    expect(JSON.stringify(paths['/{version}/{dataset_id}/events'])).toContain('GraphBody')
    expect(components.schemas.PixelBody).toMatchObject({ required: ['sent_at', 'events'] })
    expect(components.schemas.PixelEvent).toMatchObject({
      required: expect.arrayContaining(['dataset_id', 'event_name', 'event_time', 'event_id']),
    })
  })
})
