import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  accepted,
  type Collector,
  json,
  post,
  type Sent,
  serverEvent,
  startCollector,
} from './collector-fixture.ts'

let collector: Collector

beforeAll(async () => {
  collector = await startCollector()
})
afterAll(() => collector.close())
beforeEach(() => {
  collector.deliveries.length = 0
  collector.log.length = 0
  collector.answer(async (delivery) => accepted(delivery))
})

const URLENCODED = 'application/x-www-form-urlencoded'
const EVENTS = [serverEvent(), serverEvent({ event_id: 'order-18' })]

/** Written by hand, so that part headers can be as odd as those of real clients. */
function multipart(fields: Record<string, string>, partHeaders = '', boundary = 'x-17'): Sent {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n${partHeaders}\r\n${value}\r\n`,
  )
  return {
    path: '/v25.0/1001/events',
    type: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join('')}--${boundary}--\r\n`,
  }
}

describe('shapes of data', () => {
  const form = (fields: Record<string, string>) => ({
    type: URLENCODED,
    body: new URLSearchParams(fields).toString(),
  })
  const text = JSON.stringify(EVENTS)
  const escaped = text.replaceAll('/', '\\/').replace('ö', '\\u00f6')
  const texts = JSON.stringify(EVENTS.map((event) => JSON.stringify(event)))
  const odd = 'Content-Type: multipart/form-data\r\nContent-Length: 17\r\n'
  const file = 'x-17'

  it.each<[string, Sent]>([
    ['JSON list', json({ data: EVENTS })],
    ['JSON with a charset', { ...json({ data: EVENTS }), type: 'application/json; charset=utf-8' }],
    ['JSON without a content type', { body: Buffer.from(JSON.stringify({ data: EVENTS })) }],
    [
      'JSON as text/plain, with a byte order mark',
      { type: 'text/plain', body: `\ufeff{"data":${text}}` },
    ],
    ['JSON with data as JSON text', json({ data: text })],
    [
      'JSON with every event as JSON text',
      json({ data: EVENTS.map((one) => JSON.stringify(one)) }),
    ],
    ['JSON called urlencoded (curl -d)', { type: URLENCODED, body: ` {"data":${text}}` }],
    ['urlencoded, list of objects', form({ data: text })],
    ['urlencoded, list of JSON texts', form({ data: texts })],
    ['multipart', multipart({ data: text, access_token: 'good' })],
    ['multipart with escapes', multipart({ data: escaped, access_token: 'good' })],
    ['multipart with odd part headers', multipart({ data: text, access_token: 'good' }, odd)],
    [
      'multipart with part types',
      multipart({ data: text, access_token: 'good' }, 'Content-Type: application/json\r\n'),
    ],
    [
      'multipart with a long boundary',
      multipart({ data: text, access_token: 'good' }, '', '-'.repeat(27) + file),
    ],
    [
      'multipart with a file name (curl -F data=@file)',
      {
        path: '/1001/events?access_token=good',
        type: 'multipart/form-data; boundary=b',
        body: `--b\r\nContent-Disposition: form-data; name="data"; filename="e.json"\r\nContent-Type: application/octet-stream\r\n\r\n${text}\r\n--b--\r\n`,
      },
    ],
    [
      'data in the query',
      { path: `/1001/events?access_token=good&data=${encodeURIComponent(text)}` },
    ],
    ['gzip', gzipped('gzip', gzipSync)],
    ['br', gzipped('br', brotliCompressSync)],
    ['deflate', gzipped('deflate', deflateSync)],
    ['deflate without its frame', gzipped('deflate', deflateRawSync)],
    ['identity', gzipped('identity', (bytes) => bytes)],
  ])('%s', async (_name, sent) => {
    const { status, body } = await post(collector, sent)
    expect(body).toEqual({
      events_received: 2,
      messages: [],
      fbtrace_id: expect.stringMatching(/^A[\w-]{22}$/),
    })
    expect(status).toBe(200)
    expect(collector.deliveries).toHaveLength(1)
    expect(collector.deliveries[0]?.events).toEqual(EVENTS)
    expect(collector.deliveries[0]?.envelope).toEqual({ channel: 'server', via: 'graph' })
    expect(collector.deliveries[0]?.visitor).toBeUndefined()
  })

  function gzipped(encoding: string, pack: (bytes: Buffer) => Buffer): Sent {
    const body = pack(Buffer.from(JSON.stringify({ data: EVENTS })))
    return { type: 'application/json', body, headers: { 'content-encoding': encoding } }
  }
})

describe('places of the token', () => {
  const data = JSON.stringify(EVENTS)
  it.each<[string, Sent]>([
    ['query', { ...json({ data: EVENTS }), path: '/v24.0/1001/events?access_token=good' }],
    ['JSON body', { ...json({ data: EVENTS, access_token: 'good' }), path: '/v24.0/1001/events' }],
    [
      'form field',
      {
        path: '/v24.0/1001/events',
        type: URLENCODED,
        body: `access_token=good&data=${encodeURIComponent(data)}`,
      },
    ],
    ['multipart field', multipart({ access_token: 'good', appsecret_proof: 'ab12', data })],
    [
      'query, beside a null in the body',
      {
        ...json({ data: EVENTS, access_token: null }),
        path: '/v24.0/1001/events?access_token=good',
      },
    ],
    [
      'Bearer',
      {
        ...json({ data: EVENTS }),
        path: '/v26.0/1001/events',
        headers: { authorization: 'Bearer good' },
      },
    ],
    [
      'bearer, without version',
      {
        ...json({ data: EVENTS }),
        path: '/1001/events',
        headers: { authorization: 'bearer good' },
      },
    ],
    [
      'whole version number',
      { ...json({ data: EVENTS }), path: '/v7/1001/events?access_token=good' },
    ],
    [
      'with a trailing slash',
      { ...json({ data: EVENTS }), path: '/v16.0/1001/events/?access_token=good' },
    ],
  ])('%s', async (_name, sent) => {
    expect((await post(collector, sent)).status).toBe(200)
    expect(collector.deliveries).toHaveLength(1)
  })
})

describe('refusals, in Meta order: token, dataset, data', () => {
  const many = Array.from({ length: 1001 }, () => ({}))
  it.each<[string, Sent, number, number, number | undefined, string]>([
    [
      'no token',
      { path: '/v24.0/1001/events', ...json({}) },
      400,
      104,
      undefined,
      'An access token is required to request this resource.',
    ],
    [
      'unknown token, even with bad data',
      { path: '/v24.0/1001/events?access_token=bad', ...json({ data: [] }) },
      401,
      190,
      undefined,
      'Cannot parse access token',
    ],
    [
      'unknown token on an unknown dataset',
      { path: '/v24.0/5/events?access_token=bad', ...json({ data: [] }) },
      401,
      190,
      undefined,
      'Cannot parse access token',
    ],
    [
      'unknown dataset',
      { path: '/v24.0/5/events?access_token=good', ...json({ data: [] }) },
      400,
      100,
      33,
      "Object with ID '5' does not exist",
    ],
    [
      'an alias for a dataset',
      { path: '/v24.0/err400/events?access_token=good', ...json({ data: [] }) },
      400,
      100,
      33,
      "Object with ID 'err400' does not exist",
    ],
    [
      'a token of another dataset',
      { path: '/v24.0/1001/events?access_token=other', ...json({ data: [] }) },
      400,
      100,
      33,
      "Object with ID '1001' does not exist",
    ],
    [
      'probe with an empty list',
      json({ data: [] }),
      400,
      100,
      undefined,
      '(#100) param data must be non-empty.',
    ],
    [
      'probe in a form',
      { type: URLENCODED, body: 'data=[]' },
      400,
      100,
      undefined,
      '(#100) param data must be non-empty.',
    ],
    ['no data', json({}), 400, 100, undefined, '(#100) The parameter data is required'],
    ['no body at all', {}, 400, 100, undefined, '(#100) The parameter data is required'],
    [
      'null data',
      json({ data: null }),
      400,
      100,
      undefined,
      '(#100) The parameter data is required',
    ],
    [
      'data that is no list',
      json({ data: { a: 1 } }),
      400,
      100,
      undefined,
      '(#100) param data must be an array.',
    ],
    [
      'data that is no JSON',
      { type: URLENCODED, body: 'data=%5Bnope' },
      400,
      100,
      undefined,
      '(#100) param data must be an array.',
    ],
    ['1001 events', json({ data: many }), 400, 100, undefined, 'at most 1000 events'],
    ['a list as the body', json([serverEvent()]), 400, 100, undefined, 'must be a JSON object'],
    [
      'broken JSON',
      { type: 'application/json', body: '{"data":[{"em":"anna@shop.com",}]}' },
      400,
      100,
      undefined,
      'not JSON: at character',
    ],
    ['cut JSON', { type: 'application/json', body: '{"data":[' }, 400, 100, undefined, 'not JSON'],
    [
      'multipart without boundary',
      { type: 'multipart/form-data', body: 'x' },
      400,
      100,
      undefined,
      'multipart body cannot be read',
    ],
    [
      'multipart cut off',
      {
        type: 'multipart/form-data; boundary=b',
        body: '--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n[',
      },
      400,
      100,
      undefined,
      'multipart body cannot be read',
    ],
    [
      'gzip that is none',
      { ...json({ data: [] }), headers: { 'content-encoding': 'gzip' } },
      400,
      100,
      undefined,
      'cannot be read as gzip',
    ],
    [
      'an unknown encoding',
      { ...json({ data: [] }), headers: { 'content-encoding': 'zip' } },
      415,
      100,
      undefined,
      'Content-Encoding was "zip"',
    ],
    [
      'no content type at all',
      { headers: { 'content-type': ';;' }, body: '{}' },
      415,
      100,
      undefined,
      'not supported',
    ],
  ])('%s', async (_name, sent, status, code, subcode, message) => {
    const answer = await post(collector, sent)
    expect(answer.body.error).toMatchObject({ code, fbtrace_id: expect.any(String) })
    expect(answer.body.error.error_subcode).toBe(subcode)
    expect(answer.body.error.message).toContain(message)
    expect(answer.body.error.is_transient).toBe(false)
    expect(answer.status).toBe(status)
    expect(collector.deliveries).toEqual([])
    expect(JSON.stringify(answer.body)).not.toContain('anna@shop.com')
  })

  it('tells who may read the dataset that the token only reads, and nobody else', async () => {
    const path = (id: number, token: string) => `/v24.0/${id}/events?access_token=${token}`
    const toldTo = async (id: number, token: string): Promise<string> => {
      const { status, body } = await post(collector, {
        path: path(id, token),
        ...json({ data: [] }),
      })
      expect(status).toBe(400)
      return String(body.error.error_user_msg)
    }
    expect(await toldTo(1001, 'reads')).toContain('This token only reads.')
    expect(await toldTo(999, 'reads')).toContain('There is no dataset 999 here')
    expect(await toldTo(1001, 'other')).toContain('There is no dataset 1001 here')
  })

  it('never logs a token or an address of a request', async () => {
    collector.answer(async () => {
      throw new Error('defect')
    })
    await post(collector, json({ data: EVENTS }))
    await post(collector, { path: '/v24.0/debug_token?access_token=good', body: '' })
    expect(collector.log.join('')).toContain('defect')
    expect(collector.log.join('')).not.toContain('access_token')
  })
})

describe('what is no events edge', () => {
  it.each([
    ['POST', '/v24.0/1234/instruments'],
    ['GET', '/v24.0/debug_token?input_token=t'],
    ['GET', '/v24.0/1001/events'],
    ['GET', '/v24.0'],
    ['DELETE', '/v24.0/1001'],
    ['GET', '/debug_token'],
    ['POST', '/1234/instruments'],
    ['GET', '/v24.0/dataset_quality?dataset_id=1'],
  ])('%s %s is 404 in the shape of Meta', async (method, path) => {
    const response = await fetch(collector.url + path, { method })
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(response.status).toBe(404)
    expect(error).toMatchObject({ code: 2500, type: 'OAuthException' })
    expect(error.message).not.toContain('?')
  })
})
