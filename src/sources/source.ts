/**
 * The source port: what a kind of webhook (a shop, a payment platform, a CRM) is to the rest of the
 * program. A source proves that a delivery is the platform's and says what it tells; it stores and
 * counts nothing. sources/inbox/ keeps deliveries, remembers orders and hands events to ingest.
 * main.ts names the sources there are.
 */
import { z } from 'zod'
import { POLL_MINUTES_MIN } from '../enrich-limits.ts'
import { CONNECTION_SECRETS_MAX } from '../limits.ts'

/** One request to `POST /hooks/{source}/{connection_id}`. */
export interface HookRequest {
  readonly method: string
  /** As the platform called it, with its query: some sign it. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The bytes as they came: signatures are made over them. */
  readonly body: Buffer
}

/** `signature_missing`: not signed as this platform signs. `signature_old`: signed too long ago. */
export type Verified =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly code: 'signature_missing' | 'signature_wrong' | 'signature_old'
      /** What to look at; nothing of the request. */
      readonly detail: string
    }

export interface VerifyContext {
  /** Every one that is valid now; at least one. */
  readonly secrets: readonly string[]
  readonly nowMs: number
  /** PEM, from `certificateUrl`; undefined when it could not be had. */
  readonly certificate?: string | undefined
}

/** The answer a platform wants to a delivery that is kept. */
export interface HookAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** What of a delivery is kept, and given to `translate` (again and again, after a fix). */
export interface Delivered {
  /** Those of `Source.headers` that came. */
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly text: string
  readonly receivedMs: number
  /** What the platform answered to `ask`, by name; of this try only, never kept. */
  readonly fetched?: Readonly<Record<string, string>>
}

/** A request for what a delivery leaves out, with the merchant's token. */
export interface Ask {
  /** Under which the answer is found in `Delivered.fetched`. */
  readonly name: string
  /** Below an address of the settings. Its path is shown when it fails, its query is not. */
  readonly url: string
  /** POST where there is a body. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** It may have been deleted meanwhile: 404 is an answer, the empty text. */
  readonly mayBeGone?: true
  /** The answer serves later deliveries of the connection, too: a token that was lent. */
  readonly keepMs?: number
}

/**
 * An event in Meta's shape, personal data in clear: it goes straight into ingest, which parses and
 * hashes it. Everything in it is the shopper's, never the webhook's.
 */
export interface SourceEvent {
  readonly event_name: string
  /** Unix seconds. */
  readonly event_time: number
  readonly event_id: string
  readonly action_source: string
  readonly event_source_url?: string
  readonly referrer_url?: string
  readonly user_data: UserFields
  readonly custom_data?: { readonly [key: string]: unknown }
}

/** As ingest takes it: texts and lists of texts. */
export type UserFields = { readonly [key: string]: string | readonly string[] }

/** What the shopper allowed, as the order carries it. */
export type CarriedConsent = 'granted' | 'denied'

interface Told {
  /** Of a sandbox or a test mode. */
  readonly test?: true
  readonly consent?: CarriedConsent
  readonly trail?: Trail
}

/** Where else the shopper's browser may have left what the platform does not send along. */
export interface Trail {
  /** Under which ids pages or integrations reported this sale on its way, the nearest first. */
  readonly reported?: readonly Reported[]
  /** What of the event the platform only supposes: what the browser itself said replaces it. */
  readonly supposed?: readonly ('fbc' | 'event_source_url')[]
}

/** Only names whose ids the store finds at once, however long ago they came. */
export interface Reported {
  readonly event_name: 'InitiateCheckout' | 'AddPaymentInfo' | 'Purchase'
  readonly event_id: string
}

/** Something that happened once and stays so: a lead, a sign-up. */
export interface EventFact extends Told {
  readonly kind: 'event'
  /** Names it for ever at the platform: told again, it is not counted again. */
  readonly once: string
  readonly event: SourceEvent
}

export interface AmountAt {
  /** At the platform. */
  readonly id: string
  /** Major units as decimal text. */
  readonly amount: string
  readonly currency: string
  readonly at_s: number
}

/** What a delivery says of an order. order.ts makes events of all that was ever said of it. */
export interface OrderFact extends Told {
  readonly kind: 'order'
  /**
   * The names by which deliveries speak of this order, its own first (order, payment, invoice). One
   * delivery that holds two of them joins what was said under either.
   */
  readonly refs: readonly string[]
  /** As it leaves in custom_data and in event ids. */
  readonly order_id?: string
  /** Given when the delivery says that it is paid. */
  readonly purchase?: SourceEvent
  /** Each refund by itself. */
  readonly refunds?: readonly AmountAt[]
  /** The sum of all refunds so far. */
  readonly refunded?: AmountAt
  readonly chargebacks?: readonly AmountAt[]
  readonly cancelled_at_s?: number
  /** It only says under which names the order goes: another delivery is the one that counts. */
  readonly echo?: true
  /** The shopper, where it is known and `purchase` is not given. */
  readonly user_data?: UserFields
}

export type Fact = EventFact | OrderFact

export type Translation =
  | { readonly facts: readonly Fact[] }
  /** Nothing to count. */
  | { readonly ignored: IgnoredReason; readonly detail?: string }
  /** It cannot be read as this platform's; kept, to be tried again. */
  | { readonly failed: FailedReason; readonly detail: string }

/** It would have to be asked for, and cannot be. */
export type Unasked = { readonly failed: FailedReason; readonly detail: string }

/** Why a delivery was not counted, in words for pages. */
export const IGNORED_REASONS = {
  ping: 'The platform tried whether this address answers.',
  topic_not_used: 'Deliveries of this kind are not counted.',
  not_paid: 'The order is not paid yet; a later delivery will say so.',
  already_counted: 'The order was counted before: one purchase per order.',
  told_before: 'This was counted before.',
  test_order: 'A test order; set a test event code on the connection to see those.',
  echo: 'Another delivery speaks of the same sale, and that one is counted.',
  order_unknown: 'It speaks of an order that is not counted (yet); it is remembered until it is.',
  nothing_new: 'It says nothing that was not known.',
  rescheduled: 'An appointment was moved, not made.',
  renewal: 'A renewal; set renewals on the connection to count those.',
  not_mapped: 'No event is chosen for it; see the settings of the connection.',
} as const

/** Why a delivery could not be translated. */
export const FAILED_REASONS = {
  unreadable: 'The body is not what this platform sends.',
  incomplete: 'Something that is needed is missing in the body.',
  defect: 'Twofold could not translate it. Please report it; it can be tried again after a fix.',
  settings: 'The settings of the connection do not fit any more.',
  sealed: 'It was stored under another key (TWOFOLD_SECRET_KEY) and cannot be read.',
  gone: 'Its dataset or connection is gone.',
  too_large: 'It tells of more than can be handled at once.',
  no_token: 'It says too little by itself, and there is no token to ask the platform with.',
  enrich_failed: 'The platform did not say what the delivery leaves out.',
} as const

export type IgnoredReason = keyof typeof IGNORED_REASONS
export type FailedReason = keyof typeof FAILED_REASONS

/** How far a platform was asked: its own clock, never ours. */
export interface PollPlace {
  /** Orders that changed since, inclusive; unix seconds. */
  readonly since_s: number
  /** Where the same question goes on, as the last answer said. */
  readonly next?: string
  /** Newest first: where the next round begins, once this one is at its end. */
  readonly newest_s?: number
}

/** An order in an answer, as `translate` takes it. */
export interface Polled extends Pick<Delivered, 'headers' | 'text' | 'fetched'> {
  /** When it was placed, or paid where that is known. */
  readonly placed_s: number
  readonly changed_s: number
}

export interface PollPage {
  readonly orders: readonly Polled[]
  /** There is more of the same question. */
  readonly next?: string
}

/** Asking a platform for all its orders that changed, page by page. Pure. */
export interface Polling<Settings extends CommonSettings = CommonSettings> {
  /**
   * oldest_first: by the time of their last change, so that each page moves the place on, and an
   * order that changes meanwhile comes again. newest_first: a round ends at its last page.
   */
  readonly order: 'oldest_first' | 'newest_first'
  /** What has to be entered before it can be asked, in words; undefined: nothing. */
  lacks(settings: Settings): string | undefined
  /** What tells accounts apart that share one address; left out: the address names the shop. */
  account?(settings: Settings): string
  request(place: PollPlace, settings: Settings): Pick<Ask, 'url' | 'headers'>
  /** Undefined: it is not what this platform answers. */
  read(
    answer: { readonly text: string; readonly headers: Headers },
    asked: { readonly place: PollPlace; readonly settings: Settings },
  ): PollPage | undefined
  /** How long to leave it alone, by what it says of its limits. */
  restMs?(headers: Headers): number
  /** A page of the shop, and the pixels of Meta’s in it that the platform itself feeds. */
  readonly rival?: { url(settings: Settings): string; pixelsIn(page: string): readonly string[] }
}

/** `in -> out`: at once tests and docs. */
export interface Example {
  readonly title: string
  /** As a person enters them. */
  readonly settings: { readonly [name: string]: unknown }
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly receivedMs?: number
  /** JSON, or the text itself. */
  readonly body: unknown
  /** What the platform answers to `ask`: JSON by name. */
  readonly fetched?: { readonly [name: string]: unknown }
  readonly out: Translation
}

/** Who makes the secret, and what it is called there. */
export interface SecretOrigin {
  /** platform: it is shown there and entered here. twofold: made here and entered there. */
  readonly from: 'platform' | 'twofold'
  /** header: signs, or is sent in a header. url: part of the address, which nobody may know. */
  readonly by: 'header' | 'url'
  readonly label: string
}

/**
 * `Settings` come from one zod schema with descriptions, made of `commonSettings` and the source's
 * own: form, docs and validation are made of it.
 */
export interface Source<Settings extends CommonSettings = CommonSettings> {
  /** In URLs and settings: `shopify`. */
  readonly name: string
  readonly title: string
  /** One sentence for the page where a person chooses. */
  readonly about: string
  readonly schema: z.ZodType<Settings>
  readonly secret: SecretOrigin
  /** What to click there, a step each. `{url}` and `{secret}` stand for theirs. */
  readonly setup: readonly string[]
  /** Names, in lower case, of the headers that `translate` needs. */
  readonly headers: readonly string[]
  /** For platforms that sign with a key of their own: where its certificate is. Pure. */
  certificateUrl?(request: HookRequest): string | undefined
  /** Over the raw bytes, in constant time, with every secret. */
  verify(request: HookRequest, context: VerifyContext): Verified
  /** Answered, neither verified nor kept: a trial of the address. */
  isPing?(request: HookRequest): boolean
  /** `key`: the same for every try of one delivery; left out: the body itself. */
  identify(request: HookRequest): { readonly key?: string; readonly topic: string }
  /**
   * For what says too little by itself: what else the platform has to be asked, one request after
   * the other, until there is nothing left. Pure; inbox/enricher.ts asks.
   */
  ask?(delivered: Delivered, settings: Settings): Ask | Unasked | undefined
  /** Pure. What it throws is a defect; bad input is a value. */
  translate(delivered: Delivered, settings: Settings): Translation
  /** For platforms that can be asked for their orders: polling/poller.ts does. */
  readonly polling?: Polling<Settings>
  /** Left out: 200 and `{"received":true}`. */
  readonly answer?: HookAnswer
  readonly examples: readonly Example[]
}

export const RECEIVED: HookAnswer = {
  status: 200,
  type: 'application/json',
  text: '{"received":true}',
}

const secret = z.string().trim().min(8).max(500).meta({ secret: true })

/** Where a source asks; another one for a sandbox. */
export const apiUrlSetting = (url: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default(url)
    .transform((text) => text.replace(/\/+$/, ''))
    .describe('Where the platform is asked for what a delivery leaves out.')

/** Of a shop that is asked at its own address. */
export const shopUrlSetting = (words: string) =>
  z
    .url({ protocol: /^https?$/ })
    .max(300)
    .nullable()
    .default(null)
    .transform((text) => text?.replace(/\/+$/, '') ?? null)
    .describe(words)

/** What it is asked with; null: nothing is asked. */
export const tokenSetting = (words: string) =>
  z.string().trim().min(1).max(1000).nullable().default(null).describe(words).meta({ secret: true })

/** Of platforms that can be asked for their orders. */
export const pollSettings = {
  poll_minutes: z
    .number()
    .int()
    .min(POLL_MINUTES_MIN)
    .max(1440)
    .nullable()
    .default(null)
    .describe('Ask for the orders that changed, every so many minutes; empty: only when told to.'),
}

export interface PollSettings {
  readonly poll_minutes: number | null
}

/** Of every connection. */
export const commonSettings = {
  secrets: z
    .array(secret)
    .max(CONNECTION_SECRETS_MAX)
    .default([])
    .describe('Proves that a delivery is theirs. Two are valid while one replaces the other.'),
  order_prefix: z
    .string()
    .trim()
    .max(50)
    .regex(/^[\w.-]*$/, 'letters, digits, - _ . only')
    .default('')
    .describe(
      'Put in front of order ids, where several shops share a dataset. The pixel must do the same.',
    ),
  test_event_code: z
    .string()
    .trim()
    .regex(/^[\w-]{1,64}$/, 'a code such as TEST12345')
    .nullable()
    .default(null)
    .describe('Test orders are passed on under this code; without one they are not counted.'),
}

export interface CommonSettings {
  readonly secrets: readonly string[]
  readonly order_prefix: string
  readonly test_event_code: string | null
}
