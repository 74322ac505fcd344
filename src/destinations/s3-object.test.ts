import { createHash, createHmac } from 'node:crypto'
import { parquetReadObjects } from 'hyparquet'
import { afterEach, describe, expect, it } from 'vitest'
import type { Sent } from './destination.ts'
import { PAGE_VIEW, PURCHASE } from './example-events.ts'
import { createFileDestination } from './file.ts'
import { type FileSettings, fileSettingsSchema } from './file-settings.ts'
import {
  type Answer,
  NOW_MS,
  portsOf,
  type Received,
  type Receiver,
  startReceiver,
} from './receiver.fixture.ts'

const KEY_ID = 'AKIDEXAMPLE'
const KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const BUCKET = 'shop-events'

let store: Receiver | undefined
afterEach(async () => {
  await store?.close()
  store = undefined
})

const sha256 = (data: string | Buffer) => createHash('sha256').update(data)
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest()

function errorOf(status: number, code: string): Answer {
  return { status, body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>` }
}

/** AWS Signature Version 4, from its documentation and node:crypto alone. */
function signatureOf({ method, url, headers, body }: Received, region: string): string {
  const [, date = '', signed = ''] =
    /Credential=[^/]+\/(\d{8})\/.*SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? []
  const path = url
    .split('/')
    .map((part) => encodeURIComponent(decodeURIComponent(part)).replace(/[!'()*]/g, escapeByte))
  const canonical = [
    method,
    path.join('/'),
    '',
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    sha256(body).digest('hex'),
  ].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical).digest('hex')]
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${KEY}`, date))
  return hmac(key, toSign.join('\n')).toString('hex')
}

const escapeByte = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`

/** A store that is as strict as Amazon's about signature, time and hashes. */
function storeAnswer(request: Received, objects: Map<string, Buffer>): Answer {
  const { headers, url, body } = request
  const date = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)/, '$1-$2-$3:$4:')
  if (Math.abs(Date.parse(date) - NOW_MS) > 900_000) return errorOf(403, 'RequestTimeTooSkewed')
  if (!headers.authorization?.includes(`Credential=${KEY_ID}/`)) {
    return errorOf(403, 'InvalidAccessKeyId')
  }
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization)?.[1]?.split(';') ?? []
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-checksum-sha256']
  if (!needed.every((name) => signed.includes(name))) return errorOf(403, 'AccessDenied')
  if (!headers.authorization.endsWith(`Signature=${signatureOf(request, 'eu-central-1')}`)) {
    return errorOf(403, 'SignatureDoesNotMatch')
  }
  if (headers['x-amz-content-sha256'] !== sha256(body).digest('hex')) {
    return errorOf(400, 'XAmzContentSHA256Mismatch')
  }
  if (headers['x-amz-checksum-sha256'] !== sha256(body).digest('base64')) {
    return errorOf(400, 'BadDigest')
  }
  const [, bucket, ...key] = decodeURIComponent(url).split('/')
  if (bucket !== BUCKET) return errorOf(404, 'NoSuchBucket')
  objects.set(key.join('/'), body)
  return { status: 200 }
}

async function openStore(): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>()
  store = await startReceiver((request) => storeAnswer(request, objects))
  return objects
}

async function send(given: Partial<FileSettings> = {}, ports = portsOf()): Promise<Sent> {
  const settings = fileSettingsSchema.parse({
    target: 's3',
    endpoint: store?.url,
    region: 'eu-central-1',
    bucket: BUCKET,
    access_key_id: KEY_ID,
    secret_access_key: KEY,
    ...given,
  })
  return createFileDestination({ folder: undefined }).send([PURCHASE, PAGE_VIEW], settings, ports)
}

function states({ outcomes }: Sent): string[] {
  return outcomes.map((one) => ('code' in one ? `${one.state} ${one.code}` : one.state))
}

it('stores an object whose signature and hashes hold; the same batch replaces it', async () => {
  const objects = await openStore()
  const sent = await send({ path: 'raw/twofold' })
  expect(states(sent)).toEqual(['delivered', 'delivered'])
  await send({ path: 'raw/twofold' })
  const [[key, bytes] = ['', Buffer.alloc(0)], ...others] = objects
  expect(others).toEqual([])
  expect(key).toMatch(
    /^raw\/twofold\/dataset=4831500000000017\/date=2026-09-21\/[0-9a-f]{32}\.parquet$/,
  )
  expect(sent.exchanges).toMatchObject([
    { url: `${store?.url}/${BUCKET}/${key}`, status: 200, events: 2 },
  ])
  const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer })
  expect(rows.map((row) => row.key)).toEqual([PURCHASE.key, PAGE_VIEW.key])
})

it.each([
  ['a wrong secret', { secret_access_key: 'other' }, 'held credentials'],
  ['a wrong key', { access_key_id: 'OTHER' }, 'held credentials'],
  ['a wrong region', { region: 'us-east-1' }, 'held credentials'],
  ['a missing bucket', { bucket: 'none' }, 'held no_bucket'],
])('a strict store refuses %s', async (_, given, expected) => {
  const objects = await openStore()
  expect(states(await send(given))).toEqual([expected, expected])
  expect(objects.size).toBe(0)
})

it('a strict store refuses a clock that is wrong', async () => {
  await openStore()
  const ports = { ...portsOf(), nowMs: () => NOW_MS + 3_600_000 }
  expect(states(await send({}, ports))[0]).toBe('held clock')
})

describe('answers', () => {
  it.each([
    [301, 'PermanentRedirect', 'held wrong_region'],
    [307, 'TemporaryRedirect', 'held wrong_region'],
    [400, 'AuthorizationHeaderMalformed', 'held wrong_region'],
    [400, 'ExpiredToken', 'held credentials'],
    [400, 'RequestTimeout', 'retry store_failed'],
    [400, 'BadDigest', 'retry store_failed'],
    [400, 'InvalidArgument', 'held refused'],
    [403, 'AccessDenied', 'held denied'],
    [403, '', 'held denied'],
    [403, 'QuotaExceeded', 'retry store_full'],
    [404, 'NoSuchBucket', 'held no_bucket'],
    [409, 'OperationAborted', 'retry store_failed'],
    [500, 'InternalError', 'retry store_failed'],
    [503, 'SlowDown', 'retry slow_down'],
    [507, 'XMinioStorageFull', 'retry store_full'],
  ])('%i %s: %s', async (status, code, expected) => {
    store = await startReceiver(() => errorOf(status, code))
    const sent = await send()
    expect(states(sent)).toEqual([expected, expected])
    expect(store.received).toHaveLength(1)
  })

  it('waits as Retry-After says', async () => {
    store = await startReceiver(() => ({ status: 503, headers: { 'retry-after': '7' } }))
    expect((await send()).outcomes[0]).toMatchObject({ state: 'retry', afterMs: 7000 })
  })

  it('the first failure ends the batch: its other files would meet the same', async () => {
    store = await startReceiver(() => errorOf(503, 'SlowDown'))
    const sent = await send({ partition: 'hour' })
    expect(states(sent)).toEqual(['retry slow_down', 'retry slow_down'])
    expect(store.received).toHaveLength(1)
  })

  it('nothing secret is kept of them', async () => {
    store = await startReceiver(({ headers }) => ({ status: 403, body: JSON.stringify(headers) }))
    const text = JSON.stringify(await send())
    for (const secret of [KEY, KEY_ID, 'Signature=']) expect(text).not.toContain(secret)
  })
})

it.each([
  [{ endpoint: '' }, 'https://shop-events.s3.eu-central-1.amazonaws.com/dataset='],
  [{ endpoint: '', bucket: 'a.shop' }, 'https://s3.eu-central-1.amazonaws.com/a.shop/dataset='],
  [{ endpoint: '', region: 'cn-north-1' }, 'https://shop-events.s3.cn-north-1.amazonaws.com.cn/'],
  [{ endpoint: 'https://s3.shop.com/x/' }, 'https://s3.shop.com/x/shop-events/dataset='],
  [{ endpoint: 'https://s3.shop.com', path_style: false }, 'https://shop-events.s3.shop.com/data'],
])('%o is found at %s', async (given, expected) => {
  const asked: string[] = []
  const ports = {
    ...portsOf(),
    fetch: async (url: unknown) => {
      asked.push(decodeURIComponent(String(url)))
      return new Response()
    },
  }
  await send(given, ports as never)
  expect(asked[0]?.startsWith(expected)).toBe(true)
})
