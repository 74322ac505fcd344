/**
 * What the collector needs from the rest of the program (main.ts passes it in), and what its doors
 * share on top of it. Types only.
 */
import type { Dataset } from '../event/dataset.ts'
import type { Accept } from '../ingest/ingest.ts'
import type { HookAnswer, HookRequest } from '../sources/source.ts'
import type { Parsing } from './parsing.ts'
import type { Rate } from './rate.ts'
import type { Answer } from './respond.ts'
import type { TestCodes } from './test-codes.ts'
import type { TestVisits } from './test-visits.ts'
import type { Visit } from './visit.ts'

/** What taking events needs, wherever it runs. */
export interface TakingPorts {
  readonly accept: Accept
  findDataset(id: string): Dataset | undefined
  /** The origin people and pixels use, without a slash; undefined: the one each request came to. */
  readonly publicUrl: string | undefined
  readonly trustedProxies: number
  nowMs(): number
  random(): number
}

/** A way in for servers: how it is called, and what it answers when all is well. */
export interface Door {
  readonly via: 'graph' | 'capi'
  readonly okStatus: number
}

/** One request of events whose sender was permitted; `body`: JSON, not read yet. */
export interface ServerBody {
  readonly dataset_id: string
  readonly token: string
  readonly body: Buffer
  readonly query: Readonly<Record<string, unknown>>
  readonly door: Door
}

/**
 * Resolves after the durable commit, or with the body where it must be read by whoever asked. The
 * body of the request is given away: it may move to another thread.
 */
export type TakeServerBody = (request: ServerBody) => Promise<Answer | Buffer>

/** The answer to a body of POST /e. */
export interface PixelAnswer {
  readonly status: number
  /** JSON. */
  readonly text: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
}

/** Resolves after the durable commit; never rejects for what a sender did. */
export type AnswerPixel = (body: Buffer, visit: Visit) => Promise<PixelAnswer>

/** Deliveries of platforms: proven and kept, or refused with a TwofoldError. */
export interface HookPorts {
  /** Before the body is read: throws for an address that is none. */
  expect(source: string, connectionId: string): void
  take(connectionId: string, request: HookRequest): Promise<HookAnswer>
}

export interface CollectorPorts extends TakingPorts {
  readonly hooks: HookPorts
  /** For POST /e: createPixelDoor, here or in another thread. */
  readonly answerPixel: AnswerPixel
  /** createServerDoor in another thread; left out: bodies are read here. */
  readonly takeServerBody?: TakeServerBody
  /** The dataset that stands for one of Meta's pixels. */
  findByPixel(pixelId: string): Dataset | undefined
  authorize(token: string, datasetId: string, purpose: 'send' | 'read' | 'admin'): boolean
  /** What a token may do; undefined for one that is not known. Tells 190 from 100/33. */
  grantOf(token: string): object | undefined
  /** The built script, with `__TWOFOLD_SETTINGS__` in it once. */
  readonly pixelScript: string
  readonly testCodes: TestCodes
}

interface Shared {
  readonly rate: Rate
  /** Left out: a test is only what says so itself. */
  readonly testVisits?: TestVisits
  /** For defects of ours; never for what a sender did wrong. */
  logError(error: unknown): void
}

export type DoorPorts = CollectorPorts & Shared & { readonly parsing: Parsing }
export type ServerDoorPorts = Pick<TakingPorts, 'accept' | 'random'> & Pick<Shared, 'rate'>
export type PixelDoorPorts = TakingPorts & Shared
