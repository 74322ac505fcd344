/**
 * Events from browsers, whichever door they came through (pixel.ts, tr.ts translate): sorted by
 * dataset, checked against its domains and rate, completed with what the request itself tells of
 * the visitor, delivered, answered together. Nothing of it is parsed here.
 */

import { clientIp } from '../event/client-ip.ts'
import type { Dataset } from '../event/dataset.ts'
import type { BrowserContext, Consent, Finding } from '../event/shape.ts'
import { refreshCookies } from '../event/visit-cookies.ts'
import type { Delivery, Outcome } from '../ingest/ingest.ts'
import { CLOCK_SKEW_MS_MAX, USER_AGENT_CHARS_MAX } from '../limits.ts'
import { hitConsent, mayIdentify } from './hit-consent.ts'
import type { PixelDoorPorts } from './ports.ts'
import { outcomeMessage, type Refusal } from './respond.ts'
import { hostOf, isSecure, sharedCookieDomain } from './site.ts'
import type { TestVisits } from './test-visits.ts'
import type { Visit } from './visit.ts'

/** One event as its door read it. */
export interface Hit {
  readonly datasetId: string
  readonly event: Readonly<Record<string, unknown>>
  /** As it came: not read yet. */
  readonly consent?: unknown
  readonly browser?: BrowserContext
}

export interface Hits {
  readonly via: 'pixel' | 'image' | 'tr'
  /** In the order of the request; undefined where the door found no event. */
  readonly hits: readonly (Hit | undefined)[]
  /** The visitor's clock when the request was sent. */
  readonly sentAtMs?: number
  readonly testEventCode?: string
  readonly bytes: number
}

export interface HitsAnswer {
  /** Events that were taken: all but the rejected and the refused ones. */
  readonly received: number
  /** Why the others were not, by their place in the request. */
  readonly messages: readonly string[]
  readonly setCookie: readonly string[]
  /** Present when nothing at all could be delivered. */
  readonly refused?: Refusal
  /** False when the request comes from a site that no dataset of it allows. */
  readonly originAllowed: boolean
}

/** A hit with what its dataset says to the site it comes from, and its consent read. */
interface PlacedHit extends Omit<Hit, 'consent'> {
  readonly consent: Consent | undefined
  readonly findings: readonly Finding[]
  /** The host, when the dataset does not allow it: then the hit is stored as dropped. */
  readonly stranger?: string
}

interface Group {
  readonly dataset: Dataset
  readonly hits: PlacedHit[]
  /** Place of each hit in the request. */
  readonly places: number[]
}

/** Throws what accept() throws: then the sender tries the whole request again, harmlessly. */
export async function takeHits(
  request: Visit,
  ports: PixelDoorPorts,
  sent: Hits,
): Promise<HitsAnswer> {
  const { groups, refusals } = sortHits(request, ports, sent.hits)
  const messages = refusals.map(({ detail }) => detail ?? '')
  if (groups.length === 0) {
    const refused = refusals[0] ?? { code: 'invalid_request', detail: 'There is no event in it.' }
    return { received: 0, messages, setCookie: [], refused, originAllowed: true }
  }
  for (const { dataset, hits } of groups) {
    const retryAfterS = ports.rate.take(dataset, hits.length)
    if (retryAfterS === 0) continue
    const refused: Refusal = { code: 'rate_limited', retryAfterS }
    return { received: 0, messages, setCookie: [], refused, originAllowed: true }
  }
  const nowMs = ports.nowMs()
  const ids = mayKeepCookies(groups) ? cookiesOf(request, ports, groups) : undefined
  const visitor = visitorOf(request, ports, ids)
  const skewMs = sent.sentAtMs === undefined ? 0 : nowMs - sent.sentAtMs
  const { testVisits } = ports
  const deliveries = groups.map((group) =>
    deliveryOf({ sent, group, visitor, skewMs, ...(testVisits ? { testVisits } : {}) }),
  )
  const outcomes = await acceptAll(ports, deliveries)
  let received = 0
  for (const [index, group] of groups.entries()) {
    received += countTaken(outcomes[index] ?? [], group, messages)
  }
  const welcome = groups.some(({ hits }) => hits.some(({ stranger }) => stranger === undefined))
  if (!welcome) {
    const refused: Refusal = { code: 'domain_not_allowed', detail: messages.at(-1) ?? '' }
    return { received, messages, setCookie: [], refused, originAllowed: false }
  }
  return { received, messages, setCookie: ids?.setCookie ?? [], originAllowed: true }
}

/** Waits for all of them, also when one fails: an answer must not overtake a commit. */
async function acceptAll(
  { accept }: PixelDoorPorts,
  deliveries: readonly Delivery[],
): Promise<(readonly Outcome[])[]> {
  const [only] = deliveries
  if (only && deliveries.length === 1) return [await accept(only)]
  const settled = await Promise.allSettled(deliveries.map(async (delivery) => accept(delivery)))
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

function sortHits(
  request: Visit,
  ports: PixelDoorPorts,
  hits: readonly (Hit | undefined)[],
): { groups: Group[]; refusals: Refusal[] } {
  const { headers } = request
  const groups: Group[] = []
  const refusals: Refusal[] = []
  for (const [place, hit] of hits.entries()) {
    const at = `events[${place}]`
    if (!hit) {
      const detail = `${at} must be an object with dataset_id and event_name.`
      refusals.push({ code: 'invalid_request', detail })
      continue
    }
    const dataset = ports.findDataset(hit.datasetId)
    if (!dataset) {
      const detail = `${at}: there is no dataset ${hit.datasetId.slice(0, 40)} here.`
      refusals.push({ code: 'dataset_not_found', detail })
      continue
    }
    const stranger = strangeHost(dataset, headers.origin, pageOf(hit, headers.referer))
    const { consent, findings } = hitConsent(request, hit.consent, dataset)
    const placed = { ...hit, consent, findings, ...(stranger === undefined ? {} : { stranger }) }
    const group = groups.find((one) => one.dataset === dataset)
    if (group) {
      group.hits.push(placed)
      group.places.push(place)
    } else groups.push({ dataset, hits: [placed], places: [place] })
  }
  return { groups, refusals }
}

/** Both the browser's word (Origin) and the event's own must be on the list. */
function strangeHost(
  { allowed_domains }: Dataset,
  origin: string | undefined,
  page: string | undefined,
): string | undefined {
  if (allowed_domains.length === 0) return undefined
  const hosts = [hostOf(origin), hostOf(page)].filter((host) => host !== undefined)
  if (hosts.length === 0) return 'a request that names no site'
  return hosts.find((host) => !allowed_domains.some((pattern) => isUnder(host, pattern)))
}

/** `*.x.com` is x.com and everything below it. */
function isUnder(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return host === pattern
  return host === pattern.slice(2) || host.endsWith(pattern.slice(1))
}

/** The page of a hit: what it says, else where the browser says the request came from. */
function pageOf({ event }: Pick<Hit, 'event'>, referer: string | undefined): string | undefined {
  const url = event.event_source_url
  return typeof url === 'string' && url !== '' ? url : referer
}

function mayKeepCookies(groups: readonly Group[]): boolean {
  if (!groups.some(({ dataset }) => dataset.first_party_cookies)) return false
  return groups.every(({ dataset, hits }) =>
    hits.every(({ consent }) => mayIdentify(consent, dataset)),
  )
}

function cookiesOf(request: Visit, ports: PixelDoorPorts, groups: readonly Group[]) {
  const hit = groups.at(-1)?.hits.at(-1)
  const pageUrl = hit && pageOf(hit, request.headers.referer)
  const domain = sharedCookieDomain(request, ports, hostOf(pageUrl))
  if (!domain) return undefined
  const userData = hit?.event.user_data as { fbp?: unknown; fbc?: unknown } | undefined
  return refreshCookies({
    cookieHeader: request.headers.cookie,
    fbp: text(userData?.fbp),
    fbc: text(userData?.fbc),
    pageUrl,
    domain,
    secure: isSecure(request, ports) || Boolean(request.headers.origin?.startsWith('https:')),
    nowMs: ports.nowMs(),
    random: ports.random,
  })
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function visitorOf(
  { headers, socket }: Visit,
  { trustedProxies }: PixelDoorPorts,
  ids: { readonly fbp: string; readonly fbc?: string } | undefined,
): NonNullable<Delivery['visitor']> {
  const ip = clientIp(socket.remoteAddress, headers['x-forwarded-for'], trustedProxies)
  const agent = headers['user-agent']?.slice(0, USER_AGENT_CHARS_MAX)
  return {
    ...(ip ? { client_ip_address: ip } : {}),
    ...(agent ? { client_user_agent: agent } : {}),
    ...(ids ? { fbp: ids.fbp } : {}),
    ...(ids?.fbc ? { fbc: ids.fbc } : {}),
  }
}

interface DeliveryParts {
  readonly sent: Hits
  readonly group: Group
  readonly visitor: NonNullable<Delivery['visitor']>
  readonly skewMs: number
  readonly testVisits?: TestVisits
}

function deliveryOf(parts: DeliveryParts): Delivery {
  const { sent, group, visitor, skewMs, testVisits } = parts
  const { via, testEventCode } = sent
  const correct = Math.abs(skewMs) > CLOCK_SKEW_MS_MAX
  return {
    dataset: group.dataset,
    envelope: {
      channel: 'browser',
      via,
      ...(testEventCode ? { test_event_code: testEventCode } : {}),
    },
    events: group.hits.map(({ event }) => (correct ? moved(event, skewMs) : event)),
    perEvent: group.hits.map(({ consent, browser, stranger, findings: read, event }) => {
      // What the page itself says wins: somebody wrote it there.
      const code = testEventCode ? undefined : testVisits?.codeOf(group.dataset.dataset_id, event)
      const findings = correct ? [...read, skewFinding(skewMs)] : read
      return {
        ...(consent ? { consent } : {}),
        ...(browser ? { browser } : {}),
        ...(code === undefined ? {} : { test_event_code: code }),
        ...(findings.length > 0 ? { findings } : {}),
        ...(stranger === undefined ? {} : { dropped: 'domain_not_allowed' }),
      }
    }),
    visitor,
    bytes: sent.bytes,
  }
}

function moved(event: Hit['event'], skewMs: number): Hit['event'] {
  const time = event.event_time
  if (typeof time !== 'number') return event
  return { ...event, event_time: time + Math.round(skewMs / 1000) }
}

function skewFinding(skewMs: number): Finding {
  const seconds = Math.round(skewMs / 1000)
  const way = seconds > 0 ? 'behind' : 'ahead'
  const detail = `The visitor's clock was ${Math.abs(seconds)} s ${way}.`
  return { code: 'clock_skew_corrected', key: 'event_time', detail }
}

function countTaken(
  outcomes: readonly Outcome[],
  { dataset, hits, places }: Group,
  messages: string[],
): number {
  let taken = 0
  for (const [index, outcome] of outcomes.entries()) {
    const at = `events[${places[index]}]`
    const stranger = hits[index]?.stranger
    if (stranger !== undefined) {
      messages.push(`${at}: dataset ${dataset.dataset_id} does not allow ${stranger}.`)
      continue
    }
    if (outcome.verdict !== 'rejected') taken += 1
    // Parse counts within the dataset's own events; the sender counts within the request.
    const message = outcomeMessage(outcome, index)
    if (message) messages.push(message.replace(/^data\[\d+\]/, at))
  }
  return taken
}
