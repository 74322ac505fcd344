/**
 * The addresses that feeds are fetched from: sealed, because what follows the question mark is
 * often a key, with when each is due and how it went. Called by catalogs.ts.
 */
import {
  FEED_HOURS_MAX,
  FEED_HOURS_MIN,
  FEED_RETRY_MS,
  FEED_URL_CHARS_MAX,
} from '../../catalog-limits.ts'
import { TwofoldError } from '../../errors.ts'
import { isCurrency } from '../../event/currency.ts'
import type { SecretBox } from '../../secret-box.ts'
import type { Store } from '../../store/store.ts'
import type { CatalogSource, SourceAsked } from './view.ts'

export interface SourceBook {
  readonly store: Pick<Store, 'getSettings' | 'putSettings'>
  readonly box: SecretBox
  readonly nowMs: () => number
}

/** As stored. */
export interface FeedSource {
  readonly dataset_id: string
  /** When somebody set it: tells it from a later one. */
  readonly set_ms: number
  readonly sealed_url: string
  readonly every_hours: number
  readonly currency: string | null
  readonly next_ms: number
  readonly failures: number
  readonly error: string | null
  /** Of the feed in force, so that it is not read again for nothing. */
  readonly etag: string | null
  readonly last_modified: string | null
}

const SOURCES = 'catalog_sources'

const placeOf = (datasetId: string): string => `feed of ${datasetId}`

export function newSource(
  datasetId: string,
  { url, every_hours, currency }: SourceAsked,
  { box, nowMs }: SourceBook,
): FeedSource {
  const address = addressIn(url)
  if (every_hours < FEED_HOURS_MIN || every_hours > FEED_HOURS_MAX) {
    const words = `every_hours: between ${FEED_HOURS_MIN} and ${FEED_HOURS_MAX}.`
    throw new TwofoldError('invalid_request', words)
  }
  const code = currency?.toUpperCase()
  if (code !== undefined && !isCurrency(code)) {
    throw new TwofoldError('invalid_request', 'currency: write a code of ISO 4217, such as EUR.')
  }
  return {
    ...{ dataset_id: datasetId, set_ms: nowMs(), every_hours, currency: code ?? null },
    sealed_url: box.seal(address, placeOf(datasetId)),
    ...{ next_ms: nowMs(), failures: 0, error: null, etag: null, last_modified: null },
  }
}

function addressIn(text: string): string {
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol) || text.length > FEED_URL_CHARS_MAX) {
    const words = 'url: write the whole address of the feed, such as https://shop.com/feed.xml.'
    throw new TwofoldError('invalid_request', words)
  }
  if (url.username !== '' || url.password !== '') {
    const words = 'url: leave name and password out; a key after the question mark is kept secret.'
    throw new TwofoldError('invalid_request', words)
  }
  url.hash = ''
  return url.href
}

export const addressOf = (source: FeedSource, { box }: Pick<SourceBook, 'box'>): string =>
  box.open(source.sealed_url, placeOf(source.dataset_id))

export function viewOf(source: FeedSource, ports: Pick<SourceBook, 'box'>): CatalogSource {
  const { every_hours, currency, next_ms, failures, error } = source
  const rest = { every_hours, currency, next_ms, failures }
  try {
    const { origin, pathname, search } = new URL(addressOf(source, ports))
    return { url: `${origin}${pathname}${search ? '?…' : ''}`, ...rest, error }
  } catch (fault) {
    // Another key than it was sealed with: the catalog itself is there all the same.
    if (!(fault instanceof TwofoldError)) throw fault
    return { url: null, ...rest, error: `${fault.message} ${SET_AGAIN}` }
  }
}

const SET_AGAIN = 'Set the address again, or start with the key it was stored with.'

export async function sourcesOf({ store }: Pick<SourceBook, 'store'>): Promise<FeedSource[]> {
  return (await store.getSettings(SOURCES)).map(({ value }) => value as FeedSource)
}

export async function sourceOf(
  datasetId: string,
  ports: Pick<SourceBook, 'store'>,
): Promise<FeedSource | undefined> {
  return (await sourcesOf(ports)).find(({ dataset_id }) => dataset_id === datasetId)
}

/** Without more than its dataset: there is none any more. */
export function putSource(
  source: FeedSource | { readonly dataset_id: string },
  { store }: Pick<SourceBook, 'store'>,
): Promise<void> {
  const value = 'sealed_url' in source ? source : undefined
  return store.putSettings([{ kind: SOURCES, id: source.dataset_id, value }])
}

const HOUR_MS = 3_600_000

/** When it is due again: after its hours, or sooner after a failure, each time twice as late. */
export function nextOf(source: FeedSource, failures: number, nowMs: number): number {
  const whole = source.every_hours * HOUR_MS
  if (failures === 0) return nowMs + whole
  return nowMs + Math.min(whole, FEED_RETRY_MS * 2 ** Math.min(failures - 1, 20))
}
