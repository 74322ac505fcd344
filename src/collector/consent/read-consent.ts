/**
 * A consent as senders give it (the `consent` of an event, whatever door it comes through) to the
 * record that ingest decides by. Whatever is given and cannot be read is a refusal, with a finding:
 * nobody is identified by a mistake. Never throws. Called by the collector's doors.
 */
import type { ConsentPolicy } from '../../event/consent.ts'
import { readRegion, regionOfTimezone } from '../../event/region.ts'
import type {
  Consent,
  ConsentMode,
  ConsentSignal,
  Finding,
  GppConsent,
  OptOut,
  TcfConsent,
} from '../../event/shape.ts'
import { CONSENT_VENDORS_MAX } from '../../limits.ts'
import { readConsentMode } from './consent-mode.ts'
import { type GppSection, readGpp } from './gpp.ts'
import { readTcf } from './tcf.ts'

export interface ReadConsent {
  readonly consent?: Consent
  readonly findings: readonly Finding[]
}

export interface ConsentContext {
  /** Names the vendors worth remembering. */
  readonly policy: ConsentPolicy
  /** Who speaks where the sender does not say it. */
  readonly signal: 'api' | 'none'
}

interface Word {
  readonly state: Consent['state']
  readonly signal: ConsentSignal
  /** An opt-out under US law, the milder refusal. */
  readonly isOptOut?: boolean
}

const NO_FINDINGS: readonly Finding[] = []
const STATES: readonly unknown[] = ['granted', 'denied', 'unknown'] satisfies Consent['state'][]
const SIGNALS: readonly unknown[] = ['fbq', 'gpc', 'api', 'none'] satisfies ConsentSignal[]

export function readConsent(value: unknown, context: ConsentContext): ReadConsent {
  if (value === undefined || value === null) return { findings: NO_FINDINGS }
  if (typeof value !== 'object' || Array.isArray(value)) return unreadable('is not an object')
  const given = value as Given
  const words: Word[] = []
  const unread: string[] = []
  if (given.state !== undefined) {
    if (!STATES.includes(given.state)) return unreadable('state is none of the three words')
    const signal = SIGNALS.includes(given.signal) ? given.signal : context.signal
    words.push({ state: given.state, signal, isOptOut: signal === 'gpc' } as Word)
  }
  const gppWords: Word[] = []
  const { gpp, region: gppRegion, tcf: gppTcf } = gppOf(given, gppWords, unread)
  const tcf = tcfOf(given.tcf ?? gppTcf, given, { context, words, unread })
  const consent_mode = modeOf(given, words, unread)
  words.push(...gppWords)
  const vendors = vendorsOf(given.vendors)
  if (words.length === 0) {
    if (!vendors) return unreadable('says nothing that is known')
    words.push({ state: 'unknown', signal: 'api' })
  }
  const region = regionOf(given) ?? (tcf ? 'EEA' : gppRegion)
  const consent: Consent = {
    ...decisive(words),
    ...(tcf ? { tcf } : {}),
    ...(gpp ? { gpp } : {}),
    ...(consent_mode ? { consent_mode } : {}),
    ...(vendors ? { vendors } : {}),
    ...(region ? { region } : {}),
  }
  return { consent, findings: unread.map(findingOf) }
}

type Given = Readonly<Record<GivenKey, unknown>>
type GivenKey =
  | 'state'
  | 'signal'
  | 'tcf'
  | 'tcf_ac'
  | 'gpp'
  | 'gpp_sid'
  | 'consent_mode'
  | 'gcs'
  | 'gcd'
  | 'vendors'
  | 'region'
  | 'timezone'

function unreadable(why: string): ReadConsent {
  return { consent: { state: 'denied', signal: 'api' }, findings: [findingOf(`consent ${why}`)] }
}

function findingOf(detail: string): Finding {
  return { code: 'consent_unreadable', key: 'consent', detail }
}

/** A refusal wins, whoever speaks it, then an opt-out, then a grant. Of equals, the first. */
function decisive(words: readonly Word[]): Pick<Consent, 'state' | 'signal'> {
  const first = (state: Consent['state']): Word | undefined =>
    words.find((word) => word.state === state)
  const refusal = words.find((word) => word.state === 'denied' && !word.isOptOut)
  const { state, signal } = refusal ?? first('denied') ?? first('granted') ?? words[0] ?? SILENT
  return { state, signal }
}

const SILENT: Word = { state: 'unknown', signal: 'none' }

interface TcfContext {
  readonly context: ConsentContext
  readonly words: Word[]
  readonly unread: string[]
}

function tcfOf(text: unknown, { tcf_ac: ac }: Given, sink: TcfContext): TcfConsent | undefined {
  if (isAbsent(text)) return undefined
  const tcf = typeof text === 'string' ? readTcf(text) : undefined
  if (typeof text !== 'string' || !tcf) {
    sink.unread.push('tcf is not a TCF v2 string')
    sink.words.push({ state: 'denied', signal: 'tcf' })
    return undefined
  }
  const { purposes, legitimateInterests } = tcf
  const may = (purpose: number): boolean =>
    purposes.includes(purpose) || (purpose !== 1 && legitimateInterests.includes(purpose))
  // What we do ourselves: keep identifiers (1), to measure ads, content or the audience (7 to 9).
  const state = may(1) && [7, 8, 9].some(may) ? 'granted' : 'denied'
  sink.words.push({ state, signal: 'tcf' })
  const needs = [...sink.context.policy.needs.values()]
  const known = (ids: readonly (number | undefined)[]): number[] => [
    ...new Set(ids.filter((id) => id !== undefined)),
  ]
  const google = googleVendors(ac)
  const googleIds = known(needs.map(({ googleVendor }) => googleVendor))
  return {
    string: text,
    purposes,
    legitimate_interests: legitimateInterests,
    vendors: known(needs.map(({ vendor }) => vendor)).filter(tcf.mayAct),
    ...(google ? { google_vendors: googleIds.filter((id) => google.has(String(id))) } : {}),
  }
}

/** `2~70.89.93~dv.`: those consented to stand between the first two tildes. */
function googleVendors(ac: unknown): ReadonlySet<string> | undefined {
  const ids = typeof ac === 'string' ? /^[12]~([\d.]*)(~|$)/.exec(ac)?.[1] : undefined
  return ids === undefined ? undefined : new Set(ids.split('.'))
}

function gppOf(
  { gpp: text, gpp_sid: sid }: Given,
  words: Word[],
  unread: string[],
): { gpp?: GppConsent; region?: string | undefined; tcf?: string | undefined } {
  if (isAbsent(text)) return {}
  const all = typeof text === 'string' ? readGpp(text) : undefined
  if (typeof text !== 'string' || !all) {
    unread.push('gpp is not a GPP string')
    words.push({ state: 'denied', signal: 'gpp' })
    return {}
  }
  // Without a list of those that apply, every section does: the strictest one speaks.
  const applies = ({ id }: GppSection): boolean =>
    !Array.isArray(sid) || sid.map(Number).includes(id)
  const sections = all.filter(applies)
  const american = sections.filter(({ tcf }) => tcf === undefined)
  const opt_outs: OptOut[] = [...new Set(american.flatMap(({ optOuts }) => optOuts))]
  if (opt_outs.length > 0) words.push({ state: 'denied', signal: 'gpp', isOptOut: true })
  else if (american.some(({ says }) => says)) words.push({ state: 'granted', signal: 'gpp' })
  else if (!sections.some(({ tcf }) => tcf)) words.push({ state: 'unknown', signal: 'gpp' })
  const regions = american.flatMap(({ region }) => region ?? [])
  return {
    gpp: { string: text, sections: sections.map(({ id }) => id), opt_outs },
    region: regions.find((region) => region !== 'US') ?? regions[0],
    tcf: sections.find(({ tcf }) => tcf)?.tcf,
  }
}

/** Our own counting is analytics; where that is not said, the fields for ads speak for it. */
function modeOf(given: Given, words: Word[], unread: string[]): ConsentMode | undefined {
  const { consent_mode, gcs, gcd } = given
  if (isAbsent(consent_mode) && isAbsent(gcs) && isAbsent(gcd)) return undefined
  const mode = readConsentMode(given)
  if (!mode) {
    // `l` everywhere and `G1--` are well-formed and say nothing.
    const says = !/^(G1--|1\dl\dl\dl\dl\d.*)$/.test(String(gcs ?? gcd))
    if (says) unread.push('consent_mode has no field that is granted or denied')
    words.push({ state: says ? 'denied' : 'unknown', signal: 'consent_mode' })
    return undefined
  }
  const { analytics_storage, ad_storage, ad_user_data, ad_personalization } = mode
  const ads = [ad_storage, ad_user_data, ad_personalization]
  const state = analytics_storage ?? (ads.includes('denied') ? 'denied' : 'granted')
  words.push({ state, signal: 'consent_mode' })
  return mode
}

function vendorsOf(value: unknown): Consent['vendors'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const named = Object.entries(value)
    .filter(([type]) => /^[a-z][a-z0-9_]{0,39}$/.test(type))
    .slice(0, CONSENT_VENDORS_MAX)
  if (named.length === 0) return undefined
  return Object.fromEntries(
    named.map(([type, word]) => [type, word === 'granted' || word === true ? 'granted' : 'denied']),
  )
}

function regionOf({ region, timezone }: Given): string | undefined {
  return readRegion(region) ?? regionOfTimezone(timezone)
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
