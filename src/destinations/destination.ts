/**
 * The destination port: what the relay needs of a place that events are sent to. One file each,
 * named only by main.ts. A destination translates and sends one batch; queueing, retrying, pacing
 * and accounting are the relay's.
 */
import type { z } from 'zod'
import type { Envelope, Json, ServerEvent, UserData } from '../event/shape.ts'

/** One event on its way out: a single leg, or the legs of an event merged. */
export interface OutboundEvent {
  /** The same at every try: `<dataset_id>:<seq>`, or `<dataset_id>:<seq>:<leg_seq>` for one leg. */
  readonly key: string
  /** Hashed; carries the id of the kept event, so that every copy meets at the destination. */
  readonly event: ServerEvent<UserData> & { readonly event_id: string }
  /** Of the leg that leaves (of the first one where they are merged). */
  readonly envelope: Envelope
  /** The JSON of its payloadOf, where the relay made that already to know its size. */
  readonly payload?: string
}

/** What became of one event. `detail`: plain words, no secret, no personal data. */
export type Outcome =
  | { readonly state: 'delivered' }
  /** Transient: the relay tries again, not before `afterMs` from now where the remote said so. */
  | {
      readonly state: 'retry'
      readonly code: string
      readonly detail: string
      readonly afterMs?: number
      /** It may have arrived: the request went out and nothing was heard of it. */
      readonly lost?: true
    }
  /**
   * The owner can mend it (token, permission, address): everything of the destination waits.
   * `doubt`: or the event is bad, which was refused alone, or among others that were too.
   */
  | {
      readonly state: 'held'
      readonly code: string
      readonly detail: string
      readonly doubt?: 'alone' | 'among'
    }
  /** This event will never be taken, with the remote's own code and words. */
  | { readonly state: 'rejected'; readonly code: string; readonly detail: string }

/** What became of an event that was not delivered. */
export type Failure = Exclude<Outcome, { readonly state: 'delivered' }>

/**
 * Every reason why an event is not for a destination, as `accepts` returns them, in words for the
 * pages that show what was skipped.
 */
export const SKIP_REASONS = {
  event_not_mapped: 'It has no name there: give it one in event_names, or send custom events.',
  event_name_not_allowed:
    'Its name is reserved or malformed there: give it another in event_names.',
  action_source_not_sent: 'It happened at a place (action_source) that is not sent there.',
  no_match_key: 'It carries nothing by which a person could be matched there.',
  no_client_id: 'It carries nothing to make a client id of.',
  limited_data_use: 'Its data may be used in a limited way only, which cannot be said there.',
  test_event: 'It is a test event, and the destination is not in test mode.',
} as const

export type SkipReason = keyof typeof SKIP_REASONS

/** One HTTP exchange (or write), kept for people to look at. Secrets are masked by who makes it. */
export interface Exchange {
  readonly url: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly ms: number
  readonly events: number
  /** At most EXCHANGE_ANSWER_CHARS_MAX characters of the answer. */
  readonly answer: string
}

export interface Sent {
  /** One per event, in the order given. */
  readonly outcomes: readonly Outcome[]
  readonly exchanges: readonly Exchange[]
  /** Per event, the index of the exchange that decided it; undefined: it was not sent. */
  readonly exchangeOf?: readonly (number | undefined)[]
  /** Usage headers ask for this pause before the next batch. */
  readonly pauseMs?: number
}

export interface SendPorts {
  /** Keep-alive, bound to the allowed targets. Rejects on network failure and on `signal`. */
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  /** Ends the try: with a TimeoutError as its reason the hard timeout, else the relay's stop. */
  readonly signal: AbortSignal
  readonly random: () => number
}

export interface Bounds {
  /** Events in one batch. */
  readonly eventsMax: number
  /** Bytes of one request body. */
  readonly bytesMax: number
  /** Batches under way at once. */
  readonly inFlightMax: number
  /** What comes in within one such span leaves at its end; left out: at once. */
  readonly gatherMs?: number
  /** Copies under one id are recognised for so long from the first; left out: DEDUP_WINDOW_MS. */
  readonly repeatMsMax?: number
  /** An event older than this (now - event_time) is refused there; Infinity where there is none. */
  readonly ageMsMax: (event: ServerEvent<UserData>) => number
}

/** `in -> out`: at once tests, docs and simulator input. */
export interface Example<Settings> {
  readonly title: string
  readonly settings: Settings
  readonly in: OutboundEvent
  /** What payloadOf makes of it; undefined where `accepts` refuses it. */
  readonly out: Json | undefined
}

/**
 * `Settings` come from one zod schema with descriptions: form, docs and validation are made of it.
 * A secret field is marked with `.meta({ secret: true })`: stored encrypted, never shown again.
 * `mask` beside it says what may be seen all the same: of an `address` its origin, of
 * `header_lines` the names.
 */
export interface Destination<Settings = unknown> {
  /** In URLs, settings and counters: `meta`, `webhook`, `tiktok`. */
  readonly name: string
  readonly title: string
  /** One sentence for the page where a person chooses. */
  readonly about: string
  readonly schema: z.ZodType<Settings>
  readonly bounds: Bounds
  /** True, or the SkipReason why this event is not for this destination. Pure. */
  accepts(event: OutboundEvent, settings: Settings): true | string
  /** What the event becomes on the wire, without secrets. Pure: a replay compares it. */
  payloadOf(event: OutboundEvent, settings: Settings): Json
  /** Sends one batch within `bounds`. Never throws for what the remote or the network does. */
  send(events: readonly OutboundEvent[], settings: Settings, ports: SendPorts): Promise<Sent>
  readonly examples: readonly Example<Settings>[]
  /** Where it says itself how well it matches what it gets. Never throws for the network either. */
  scores?(settings: Settings, ports: SendPorts): Promise<Scores>
}

/** Of one event name, as the destination says it: `score` 0 to 10, shares 0 to 1. */
export interface EventScore {
  readonly event_name: string
  readonly score?: number
  readonly event_coverage?: number
  readonly keys: readonly { readonly identifier: string; readonly coverage: number }[]
}

export type Scores =
  | { readonly events: readonly EventScore[] }
  | { readonly code: string; readonly detail: string }
