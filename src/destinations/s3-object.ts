/**
 * Puts one object into an S3-compatible store: signed (AWS Signature Version 4) with the hash of
 * its bytes, so that a store keeps all of it or nothing. Called by the file destination.
 */
import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { SendPorts } from './destination.ts'
import type { FileSettings } from './file-settings.ts'
import { exchangeOver, type HttpAnswer, retryAfter } from './http-exchange.ts'
import type { Answer, Verdict } from './settle-batch.ts'

export interface ObjectWrite {
  /** Names joined by `/`. */
  readonly key: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Events in it, for the exchange. */
  readonly events: number
}

interface AnswerRow {
  /** Tested against the status and the store's own code, such as `404 NoSuchBucket`. */
  readonly pattern: RegExp
  readonly state: 'delivered' | 'retry' | 'held'
  readonly code: string
  readonly detail: string
}

/** The first row that matches decides. Nothing here is about one event, so none is rejected. */
export const S3_ANSWERS: readonly AnswerRow[] = [
  { pattern: /^2/, state: 'delivered', code: 'ok', detail: 'Stored.' },
  {
    pattern: /^3|AuthorizationHeaderMalformed|IncorrectEndpoint/,
    state: 'held',
    code: 'wrong_region',
    detail: 'The bucket is in another region or at another endpoint; set those.',
  },
  {
    pattern: /RequestTimeTooSkewed/,
    state: 'held',
    code: 'clock',
    detail: 'The clock of this server is wrong; set it.',
  },
  {
    pattern: /InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|^401/,
    state: 'held',
    code: 'credentials',
    detail: 'The store does not know the access key, or its secret is another; set both anew.',
  },
  {
    pattern: /NoSuchBucket/,
    state: 'held',
    code: 'no_bucket',
    detail: 'There is no such bucket; make it, or check its name and the endpoint.',
  },
  {
    pattern: /QuotaExceeded|StorageFull|^507/,
    state: 'retry',
    code: 'store_full',
    detail: 'The store is full; make room there, it is tried again.',
  },
  {
    pattern: /^403/,
    state: 'held',
    code: 'denied',
    detail: 'The access key may not write there; allow it s3:PutObject on the bucket and prefix.',
  },
  {
    pattern: /SlowDown|RequestLimitExceeded|^429|^503/,
    state: 'retry',
    code: 'slow_down',
    detail: 'The store wants fewer requests; it is tried again.',
  },
  {
    pattern: /^5|^408|^409|RequestTimeout|BadDigest|Mismatch|IncompleteBody/,
    state: 'retry',
    code: 'store_failed',
    detail: 'The store failed or took the bytes amiss; it is tried again.',
  },
  {
    pattern: /./,
    state: 'held',
    code: 'refused',
    detail: 'The store refuses the object; its answer says why.',
  },
]

export async function putObject(
  { key, bytes, events }: ObjectWrite,
  settings: FileSettings,
  ports: SendPorts,
): Promise<Answer> {
  const { access_key_id, secret_access_key, region } = settings
  const sha256 = createHash('sha256').update(bytes).digest()
  const url = objectUrl(key, settings)
  const signer = new AwsV4Signer({
    method: 'PUT',
    url,
    headers: {
      'content-type': 'application/octet-stream',
      'x-amz-content-sha256': sha256.toString('hex'),
      // Kept by the store with the object: readers can verify it years later.
      'x-amz-checksum-sha256': sha256.toString('base64'),
    },
    accessKeyId: access_key_id,
    secretAccessKey: secret_access_key,
    service: 's3',
    region,
    datetime: new Date(ports.nowMs()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  })
  const { headers } = await signer.sign()
  const { answer, failure, exchange } = await exchangeOver(
    {
      method: 'PUT',
      url,
      // Nothing in it is secret, and people look for the object under this name.
      shownAs: decodeURIComponent(url),
      headers: Object.fromEntries(headers),
      body: bytes,
      events,
      secrets: [access_key_id, secret_access_key, headers.get('authorization') ?? access_key_id],
    },
    ports,
  )
  const verdict = answer
    ? verdictOf(answer, ports.nowMs())
    : ({ kind: 'stop', outcome: failure } as const)
  return { exchange, verdict }
}

/** Amazon's own host names hold the bucket, except where its dots would break the certificate. */
function objectUrl(key: string, settings: FileSettings): string {
  const { endpoint, bucket, region } = settings
  const path = key.split('/').map(encodeURIComponent).join('/')
  const inPath = endpoint ? settings.path_style : bucket.includes('.')
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const base = new URL(endpoint || `https://s3.${region}.${domain}`)
  const folder = `${base.pathname.replace(/\/+$/, '')}${inPath ? `/${bucket}` : ''}`
  return `${base.protocol}//${inPath ? '' : `${bucket}.`}${base.host}${folder}/${path}`
}

function verdictOf({ status, headers, text }: HttpAnswer, nowMs: number): Verdict {
  const [, s3Code = ''] = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text) ?? []
  const said = `${status} ${s3Code}`.trim()
  const row = S3_ANSWERS.find(({ pattern }) => pattern.test(said)) as AnswerRow
  const { state, code } = row
  const detail = `${row.detail} (${said})`
  if (state === 'delivered') return { kind: 'taken' }
  const wait = state === 'retry' ? retryAfter(headers, nowMs) : {}
  return { kind: 'stop', outcome: { state, code, detail, ...wait } }
}
