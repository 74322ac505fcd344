/**
 * What travels between the thread that speaks HTTP and the one that keeps the events. Events cross
 * as JSON text: one string is copied faster than a tree of objects is cloned.
 */
import type { ServerBody } from '../collector/ports.ts'
import { type ErrorCode, TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import type { Route } from '../event/route.ts'
import type { PublishedRules } from '../rules/rules-in-force.ts'
import type { StoreCapabilities } from '../store/store.ts'

export type ServerRequest = Omit<ServerBody, 'body'> & { readonly body: Uint8Array<ArrayBuffer> }

/** Given to the thread when it starts. */
export interface ThreadOptions {
  readonly file: string
  readonly publicUrl: string | undefined
  readonly trustedProxies: number
  /** Signs the codes of test links: of this start of the server. */
  readonly testKey: string
}

/** The bodies as one piece that moves: as a text each they took a seventh of the thread's time. */
export interface PackedHits {
  /** One body after the other; moves to the thread. */
  readonly bodies: Uint8Array<ArrayBuffer>
  /** Where each of them ends. */
  readonly ends: readonly number[]
  /** packVisit of each. */
  readonly visits: readonly string[]
}

export type ToThread =
  /** Bodies of POST /e and whose they are; answered together, in order. */
  | { readonly kind: 'hits'; readonly hits: PackedHits }
  /** ServerBody as it came; `body` moves to the thread. */
  | { readonly kind: 'server'; readonly id: number; readonly request: ServerRequest }
  /** `text`: a Delivery whose dataset is named by `dataset_id`. */
  | {
      readonly kind: 'accept'
      readonly id: number
      readonly dataset_id: string
      readonly text: string
    }
  | {
      readonly kind: 'call'
      readonly id: number
      readonly method: CallName
      readonly args: readonly unknown[]
    }
  /** In force for every message after it. */
  | { readonly kind: 'dataset'; readonly dataset_id: string; readonly dataset: Dataset | undefined }
  /** Where the events of a dataset go, in force for every message after it. */
  | { readonly kind: 'routes'; readonly dataset_id: string; readonly routes: readonly Route[] }
  /** As published; in force for every message after it. */
  | {
      readonly kind: 'rules'
      readonly dataset_id: string
      readonly published: PublishedRules | undefined
    }
  /** Datasets whose legs are wanted as they are committed. */
  | { readonly kind: 'watch'; readonly datasets: readonly string[] }
  | { readonly kind: 'close' }

export type FromThread =
  | { readonly kind: 'open'; readonly capabilities: StoreCapabilities }
  | { readonly kind: 'hits'; readonly answers: readonly string[] }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'legs'; readonly text: string }
  /** Deliveries were written. */
  | { readonly kind: 'due' }
  /** Of the store: absent when it takes events again. */
  | { readonly kind: 'failing'; readonly failure: Failure | undefined }
  | { readonly kind: 'trouble'; readonly words: string; readonly failure: Failure }
  | { readonly kind: 'closed'; readonly failure: Failure | undefined }

/** Functions of the store that take and give plain data, and four of the thread's own. */
export const CALLS = [
  'load',
  'commit',
  'events',
  'counters',
  'getSettings',
  'putSettings',
  'history',
  'erase',
  'tidyUp',
  'backup',
  'stats',
  'endLeases',
  'settle',
  'dueDeliveries',
  'deliveries',
  'requeue',
  'enqueue',
  'standings',
  'destinationStatus',
  'auditDeliveries',
  'deliveryHours',
  'eraseDestination',
  'receive',
  'claimReceived',
  'endClaims',
  'nextReceivedMs',
  'settleReceived',
  'inbox',
  'inboxStatus',
  'retryReceived',
  'records',
  'eraseConnection',
  'refusals',
  'purchases',
  'purchaseSeqs',
  'putOrders',
  'compareOrders',
  'orders',
  'paidOrders',
  'ordersById',
  'orderSpans',
  'beginCatalog',
  'putProducts',
  'endCatalog',
  'removeCatalog',
  'catalogStatus',
  'catalogDatasets',
  'productsSeen',
  'products',
  'lookUpProducts',
  'putMeasured',
  'oddities',
] as const

export type CallName = (typeof CALLS)[number] | 'scanChunk' | 'claimText' | 'tallies' | 'sightings'

/** An error as plain data; `code` where it is one of ours. */
export interface Failure {
  readonly code?: ErrorCode
  readonly message: string
  readonly detail?: string
  readonly stack?: string
}

export function failureOf(error: unknown): Failure {
  if (error instanceof TwofoldError) {
    const { code, detail, message, stack } = error
    return { code, message, ...(detail ? { detail } : {}), ...(stack ? { stack } : {}) }
  }
  if (!(error instanceof Error)) return { message: String(error) }
  return { message: error.message, ...(error.stack ? { stack: error.stack } : {}) }
}

export function errorOf({ code, message, detail, stack }: Failure): Error {
  const error = code ? new TwofoldError(code, detail) : new Error(message)
  if (stack) error.stack = stack
  return error
}

/** status, number of header texts, the headers, the body: none of the first holds a line break. */
export function packAnswer(answer: {
  readonly status: number
  readonly text: string
  readonly headers: readonly string[]
}): string {
  const { status, headers, text } = answer
  return [status, headers.length, ...headers, text].join('\n')
}

export function unpackAnswer(packed: string): { status: number; text: string; headers: string[] } {
  const lines = packed.split('\n')
  const count = Number(lines[1])
  const headers = lines.slice(2, 2 + count)
  return { status: Number(lines[0]), headers, text: lines.slice(2 + count).join('\n') }
}
