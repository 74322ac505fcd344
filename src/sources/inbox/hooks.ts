/**
 * What happens to a delivery before it is answered: is it the platform's, and is it kept. Nothing
 * is translated here, so an answer takes a few milliseconds, whatever the delivery holds. What is
 * kept is encrypted: bodies hold people in clear. Called by the collector's door.
 */
import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'
import { TwofoldError } from '../../errors.ts'
import { HOOK_HEADER_CHARS_MAX, REQUEST_TEXT_CHARS_MAX } from '../../limits.ts'
import type { SecretBox } from '../../secret-box.ts'
import type { ConnectionKey } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import {
  type Delivered,
  type HookAnswer,
  type HookRequest,
  RECEIVED,
  type Source,
} from '../source.ts'
import type { Certificates } from './certificates.ts'
import type { Connections } from './connections.ts'
import type { HookStatus, Refusals } from './view.ts'

export interface HooksPorts {
  readonly store: Pick<Store, 'receive'>
  readonly connections: Pick<Connections, 'byId' | 'opened' | 'box'>
  readonly nowMs: () => number
  readonly certificates: Certificates
  /** There is something to translate. */
  readonly onReceived: () => void
}

export interface Hooks extends HookStatus {
  /** Before a body is read: throws `connection_not_found` or `connection_disabled`. */
  expect(source: string, connectionId: string): void
  /**
   * Resolves once the delivery is durable. Throws `signature_refused` and what the store throws.
   */
  take(connectionId: string, request: HookRequest): Promise<HookAnswer>
}

export function createHooks(ports: HooksPorts): Hooks {
  const { connections } = ports
  const refusals = new Map<string, Refusals>()
  const ready = (connectionId: string) => {
    const key = connections.byId(connectionId)
    const opened = key && connections.opened(key)
    if (!key || !opened || opened.state === 'missing')
      throw new TwofoldError('connection_not_found')
    if (opened.state === 'disabled') throw new TwofoldError('connection_disabled')
    if (opened.state === 'ready') return { key, ...opened }
    throw new TwofoldError('secret_unreadable')
  }
  const refuse = (key: ConnectionKey, code: string, detail: string): never => {
    const n = (refusals.get(key.connection_id)?.n ?? 0) + 1
    refusals.set(key.connection_id, { n, last_ms: ports.nowMs(), code, detail })
    throw new TwofoldError('signature_refused', detail)
  }
  return {
    refusals: ({ connection_id }) => refusals.get(connection_id),
    expect: (source, connectionId) => {
      if (ready(connectionId).source.name !== source) {
        throw new TwofoldError('connection_not_found')
      }
    },
    take: async (connectionId, request) => {
      const { key, source, settings } = ready(connectionId)
      if (source.isPing?.(request)) return source.answer ?? RECEIVED
      const { secrets } = settings
      if (secrets.length === 0) {
        refuse(key, 'no_secret', 'The connection has no secret yet: nothing can be proven.')
      }
      const at = source.certificateUrl?.(request)
      const certificate = at === undefined ? undefined : await ports.certificates(at)
      const verified = source.verify(request, { secrets, nowMs: ports.nowMs(), certificate })
      if (!verified.ok) refuse(key, verified.code, verified.detail)
      const { key: deliveryKey, topic } = source.identify(request)
      const receivedMs = ports.nowMs()
      const delivered = deliveredOf(source, request, receivedMs)
      const sealed = await sealDelivery(connections.box, key, delivered)
      await ports.store.receive({
        dataset_id: key.dataset_id,
        connection_id: key.connection_id,
        delivery_key: deliveryKey ?? hash('sha256', request.body),
        topic: topic.slice(0, REQUEST_TEXT_CHARS_MAX),
        received_ms: receivedMs,
        sealed,
      })
      ports.onReceived()
      return source.answer ?? RECEIVED
    },
  }
}

const placeOf = ({ dataset_id, connection_id }: ConnectionKey): string =>
  `delivery ${dataset_id}:${connection_id}`

const deflated = promisify(deflateRaw)

/** Packed beside the thread: megabytes take it tens of milliseconds, which every visitor waits. */
export async function sealDelivery(
  box: SecretBox,
  key: ConnectionKey,
  delivered: Delivered,
): Promise<string> {
  const packed = await deflated(JSON.stringify(delivered))
  return box.seal(packed.toString('base64'), placeOf(key))
}

/** Throws `secret_unreadable`. */
export function openDelivery(box: SecretBox, key: ConnectionKey, sealed: string): Delivered {
  const packed = Buffer.from(box.open(sealed, placeOf(key)), 'base64')
  return JSON.parse(inflateRawSync(packed).toString('utf8')) as Delivered
}

/** Only what `translate` reads: a signature or a token is of no use any more. */
function deliveredOf(source: Source, request: HookRequest, receivedMs: number): Delivered {
  const headers = source.headers.flatMap((name) => {
    const value = request.headers[name]
    return value === undefined ? [] : [[name, value.slice(0, HOOK_HEADER_CHARS_MAX)] as const]
  })
  const query = [...(URL.parse(request.url)?.searchParams ?? [])].filter(([name]) => name !== 'key')
  return {
    headers: Object.fromEntries(headers),
    query: Object.fromEntries(query),
    text: request.body.toString('utf8'),
    receivedMs,
  }
}
