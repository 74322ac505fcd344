/**
 * What travels between the pixel and the collector: the settings inside /p.js and the body of
 * POST /e. Types only, shared by src/pixel (writer) and src/collector (reader).
 */
import type { BrowserContext, Consent } from './shape.ts'

/** Per dataset, placed inside the script by the server: no event waits for a second request. */
export interface PixelDatasetSettings {
  readonly auto_matching: boolean
  readonly first_party_cookies: boolean
  readonly gpc: 'ignore' | 'limit' | 'block'
  readonly replay_revoked: boolean
  readonly builder_forms: boolean
  /** Digits, such as "49"; completes phones without a country code. Absent: none. */
  readonly default_calling_code?: string
}

/** Replaces the text `__TWOFOLD_SETTINGS__` in the built script. */
export interface PixelSettings {
  /** Origin of the collector, such as https://events.shop.com; the pixel posts to endpoint + "/e". */
  readonly endpoint: string
  /** Datasets named in /p.js?id=1,2 ; others an `init` names get `defaults`. */
  readonly datasets: { readonly [datasetId: string]: PixelDatasetSettings }
  readonly defaults: PixelDatasetSettings
}

/** One event of POST /e: Meta's server event, hashed in the browser, and our few extras. */
export interface PixelEvent {
  readonly dataset_id: string
  readonly event_name: string
  /** Unix seconds of the call (not of the sending), by the visitor's clock. */
  readonly event_time: number
  readonly event_id: string
  readonly event_source_url: string
  readonly referrer_url?: string
  /** Hashed keys hold lists of SHA-256; fbp and fbc as in the cookies. */
  readonly user_data: { readonly [key: string]: string | readonly string[] }
  readonly custom_data?: { readonly [key: string]: unknown }
  readonly data_processing_options?: readonly string[]
  readonly data_processing_options_country?: number
  readonly data_processing_options_state?: number
  /**
   * The command's word, and the strings of the page's consent platform. Empty: nothing was said.
   * Its parts are filled in while the page lives.
   */
  readonly consent?: Partial<Pick<Consent, 'state' | 'signal'>> & {
    tcf?: string
    tcf_ac?: string
    gpp?: string
  }
  readonly browser?: BrowserContext
}

/** Body of POST /e: JSON sent as text/plain, so that no preflight is needed. */
export interface PixelBody {
  /** The visitor's clock when sending (ms): the server corrects event_time by the difference. */
  readonly sent_at: number
  readonly test_event_code?: string
  readonly events: readonly PixelEvent[]
}
