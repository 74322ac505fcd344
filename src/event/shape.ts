/**
 * The shapes everything else speaks: Meta's server event, the thin envelope we put around it, and
 * what becomes of it (leg, verdict, finding). Types only: no behaviour, nothing imported, so server
 * and browser share it. Wire and stored names are Meta's snake_case.
 */

/** Where a leg came in: the pixel, a Conversions API client, or a source (webhook, file, CRM). */
export type Channel = 'browser' | 'server' | 'other'

/** What became of a received event. received = sum of these four, always. */
export type Verdict = 'accepted' | 'duplicate' | 'dropped' | 'rejected'

/** How a later leg was found to be the same action as the kept event. */
export type MatchedBy =
  | 'event_id'
  | 'order_id'
  | 'fallback_external_id'
  | 'fallback_fbp'
  | 'repaired'

/** Keys that Meta wants as SHA-256, in the order reports list them. */
export type HashedKey =
  | 'em'
  | 'ph'
  | 'fn'
  | 'ln'
  | 'ge'
  | 'db'
  | 'ct'
  | 'st'
  | 'zp'
  | 'country'
  | 'external_id'
  | 'f5first'
  | 'f5last'
  | 'fi'
  | 'dobd'
  | 'dobm'
  | 'doby'
  | 'app_user_id'

/** Keys that Meta documents as never hashed. */
export type ClearKey =
  | 'client_ip_address'
  | 'client_user_agent'
  | 'fbc'
  | 'fbp'
  | 'subscription_id'
  | 'fb_login_id'
  | 'lead_id'
  | 'madid'
  | 'anon_id'
  | 'ctwa_clid'
  | 'page_id'
  | 'page_scoped_user_id'
  | 'ig_account_id'
  | 'ig_sid'
  | 'whatsapp_business_account_id'
  | 'partner_id'
  | 'partner_name'

/**
 * user_data as a client sent it: values may be personal data in clear. Lives only between parse and
 * the hash step; the brand keeps it out of every function that stores, logs or sends.
 */
export type RawUserData = {
  readonly [K in HashedKey]?: readonly string[]
} & { readonly [K in ClearKey]?: string } & { readonly __raw: 'may hold personal data in clear' }

/** A lower-case SHA-256 in hex (64 characters). Only hash.ts makes one. */
export type Hashed = string & { readonly __hashed: 'sha256' }

/** user_data after the hash step: the only form that queue, store, relay and logs accept. */
export type UserData = { readonly [K in HashedKey]?: readonly Hashed[] } & {
  readonly [K in ClearKey]?: string
}

/** JSON as it came, for the open parts of the contract (custom properties, app_data). */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** One item of custom_data.contents. */
export interface Content {
  readonly id?: string
  readonly quantity?: number
  readonly item_price?: number
  readonly [key: string]: Json | undefined
}

/** custom_data: Meta's documented keys, normalised by parse, plus any custom properties. */
export interface CustomData {
  /** Major units (30 is thirty euros). A JSON number; money.ts does all arithmetic on it. */
  readonly value?: number
  /** ISO 4217, upper case. */
  readonly currency?: string
  readonly order_id?: string
  readonly content_ids?: readonly string[]
  readonly contents?: readonly Content[]
  readonly [key: string]: Json | readonly Content[] | undefined
}

/** Meta's server event; `U` says whether user_data is raw or hashed. */
export interface ServerEvent<U> {
  readonly event_name: string
  /** Unix seconds, UTC. */
  readonly event_time: number
  readonly event_id?: string
  readonly action_source: ActionSource
  readonly event_source_url?: string
  readonly referrer_url?: string
  readonly user_data: U
  readonly custom_data?: CustomData
  readonly opt_out?: boolean
  readonly data_processing_options?: readonly string[]
  readonly data_processing_options_country?: number
  readonly data_processing_options_state?: number
  readonly app_data?: { readonly [key: string]: Json }
  readonly original_event_data?: { readonly [key: string]: Json }
  readonly attribution_data?: { readonly [key: string]: Json }
  readonly customer_segmentation?: string
  readonly messaging_channel?: string
  readonly advanced_measurement_table?: string
}

export type ActionSource =
  | 'email'
  | 'website'
  | 'app'
  | 'phone_call'
  | 'chat'
  | 'physical_store'
  | 'system_generated'
  | 'business_messaging'
  | 'other'

/**
 * Who said what the visitor allowed: `fbq` (consent command), `gpc` (Sec-GPC), `tcf` and `gpp`
 * (strings of the IAB), `consent_mode` (Google's fields), `api` (the sender's word), `none`.
 */
export type ConsentSignal = 'fbq' | 'gpc' | 'api' | 'none' | 'tcf' | 'gpp' | 'consent_mode'

/** What the visitor allowed: the word of the signal that decided, and what every signal said. */
export interface Consent {
  /** Whether we may keep this person's identifiers; what each destination may get is finer. */
  readonly state: 'granted' | 'denied' | 'unknown'
  readonly signal: ConsentSignal
  readonly tcf?: TcfConsent
  readonly gpp?: GppConsent
  readonly consent_mode?: ConsentMode
  /** By destination type, where the sender said so. */
  readonly vendors?: { readonly [destinationType: string]: 'granted' | 'denied' }
  /** Where the visitor is, as the sender said it: DE, US, US-CA. */
  readonly region?: string
  /** What ingest made of it. Absent: all of the event was kept and may go everywhere. */
  readonly decision?: ConsentDecision
}

/** A TCF string with the parts of it that decide. */
export interface TcfConsent {
  readonly string: string
  readonly purposes: readonly number[]
  readonly legitimate_interests: readonly number[]
  /** Of the IAB vendors that destinations stand for: those that may act. */
  readonly vendors: readonly number[]
  /** The same by Google's ids; absent where no Additional Consent string came along. */
  readonly google_vendors?: readonly number[]
}

/** A GPP string (or a US Privacy string) with what was opted out of. */
export interface GppConsent {
  readonly string: string
  /** Ids of the sections that were read. */
  readonly sections: readonly number[]
  readonly opt_outs: readonly OptOut[]
}

export type OptOut = 'sale' | 'sharing' | 'targeted_advertising' | 'gpc' | 'known_child'

/** Google's Consent Mode; a field that nobody set is absent. */
export interface ConsentMode {
  readonly ad_storage?: 'granted' | 'denied'
  readonly ad_user_data?: 'granted' | 'denied'
  readonly ad_personalization?: 'granted' | 'denied'
  readonly analytics_storage?: 'granted' | 'denied'
}

/**
 * keep: as it came. limit: sent as Limited Data Use. anonymous: counted without identifiers, sent
 * nowhere. drop: not counted.
 */
export type ConsentAction = 'keep' | 'limit' | 'anonymous' | 'drop'

/** The proof: what the dataset's policy of that moment did with the event. */
export interface ConsentDecision {
  readonly action: ConsentAction
  /** The region whose rule applied. */
  readonly region?: string
  /** Destination types it must not be sent to. */
  readonly withheld?: readonly string[]
  /** Keys taken out before it was stored. */
  readonly stripped?: readonly string[]
}

/** What only the browser knows; none of it leaves for Meta. */
export interface BrowserContext {
  readonly title?: string
  readonly language?: string
  readonly screen?: string
  readonly in_iframe?: boolean
  /** track, trackCustom, trackSingle, auto (single-page or back-forward page views), noscript. */
  readonly method?: string
  readonly agent?: string
  /** 1 on the first try; higher when the pixel's persisted queue tried again. */
  readonly attempt?: number
  /** replace (ours alone), companion (beside Meta's script) or tr (a hit of Meta's own script). */
  readonly mode?: 'replace' | 'companion' | 'tr'
}

/** Ours, around the event. */
export interface Envelope {
  readonly dataset_id: string
  readonly channel: Channel
  /** The door: pixel, image, tr, graph, capi. */
  readonly via: 'pixel' | 'image' | 'tr' | 'graph' | 'capi' | 'source'
  readonly received_at_ms: number
  readonly test_event_code?: string
  readonly partner_agent?: string
  readonly consent?: Consent
  readonly browser?: BrowserContext
  /** The version of the dataset's rules that looked at it; absent where there were none. */
  readonly rules_version?: number
  /** Ids of the rules that changed, routed or dropped it, in order; absent when none did. */
  readonly rules?: readonly string[]
  /** Where the rules let it go; absent: everywhere. Read with `allowsDestination`. */
  readonly routes?: Routes
}

/** Both hold where both are given. */
export interface Routes {
  /** Destination ids it may go to; an empty list is nowhere. */
  readonly only?: readonly string[]
  readonly except?: readonly string[]
}

/** Something worth telling a person about a leg. Codes and texts are listed in findings.ts. */
export interface Finding {
  readonly code: string
  /** The key or field it is about, such as `em` or `custom_data.value`. */
  readonly key?: string
  /** Plain words with the particulars; never a raw personal value. */
  readonly detail?: string
  /** For findings about another event (a possible twin): its sequence number. */
  readonly seq?: number
}

/** One received event with its verdict, as stored. Legs are immutable. */
export interface Leg {
  /** Dense, per dataset, from 1, in commit order. */
  readonly seq: number
  readonly event: ServerEvent<UserData>
  readonly envelope: Envelope
  readonly verdict: Verdict
  /** Reason code of a dropped or rejected leg (reasons.ts); absent when accepted or duplicate. */
  readonly reason?: string
  /** For a duplicate: the kept event's seq and how it was matched. */
  readonly of_seq?: number
  readonly matched_by?: MatchedBy
  readonly findings?: readonly Finding[]
}

/** A counted event: the kept leg first, then every leg merged into it, in seq order. */
export interface StoredEvent {
  readonly legs: readonly [Leg, ...Leg[]]
}
