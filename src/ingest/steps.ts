/**
 * Prepare: the named, timed steps from an unknown object to a hashed event or a reason why not.
 * Pure; raw personal data ends here. A new step is one function and one line in PREPARE.
 */
import { callingCode } from '../event/calling-code.ts'
import { consentPolicyOf, decideConsent, isUnconditional, NOTHING_SAID } from '../event/consent.ts'
import { hashUserData } from '../event/hash.ts'
import { parseEvent } from '../event/parse.ts'
import { regionOfCountry } from '../event/region.ts'
import { scrub } from '../event/scrub.ts'
import type { ConsentDecision, RawUserData, ServerEvent, UserData } from '../event/shape.ts'
import { neverCounts } from '../event/test-code.ts'
import { applyRules, type CompiledRules } from '../rules/engine.ts'
import type { Draft } from './draft.ts'
import type { Delivery } from './ingest.ts'

export interface StepPorts {
  readonly sha256: (text: string) => string
  readonly isBot: (userAgent: string) => boolean
  /** The rules in force of a dataset, compiled; undefined where there are none. */
  readonly rulesOf: (datasetId: string) => CompiledRules | undefined
}

/** Works on a whole round at once: one clock reading per step, not per event. */
export interface Step {
  readonly name: string
  readonly run: (drafts: readonly Draft[], ports: StepPorts) => void
}

export const PREPARE: readonly Step[] = [
  { name: 'parse', run: each(parse) },
  { name: 'door', run: each(door) },
  { name: 'scrub', run: each(clean) },
  { name: 'consent', run: each(consent) },
  { name: 'bot', run: each(bot) },
  { name: 'rules', run: each(rules) },
  { name: 'hash', run: each(hash) },
  { name: 'sandbox', run: each(sandbox) },
  { name: 'all_or_nothing', run: allOrNothing },
  { name: 'strip', run: strip },
]

export function draftsOf(delivery: Delivery, receivedAtMs: number): Draft[] {
  return delivery.events.map((_, index) => {
    const own = delivery.perEvent?.[index]
    return {
      delivery,
      index,
      envelope: {
        dataset_id: delivery.dataset.dataset_id,
        received_at_ms: receivedAtMs,
        ...delivery.envelope,
        ...(own?.consent ? { consent: own.consent } : {}),
        ...(own?.browser ? { browser: own.browser } : {}),
        ...(own?.test_event_code ? { test_event_code: own.test_event_code } : {}),
      },
      findings: [...(own?.findings ?? [])],
    }
  })
}

/** A step of one draft, for those that no earlier step has ended. */
function each(step: (draft: Draft, ports: StepPorts) => void): Step['run'] {
  return (drafts, ports) => {
    for (const draft of drafts) if (!draft.ended) step(draft, ports)
  }
}

function parse(draft: Draft): void {
  const { delivery, index, envelope } = draft
  const parsed = parseEvent(delivery.events[index], {
    mode: delivery.dataset.mode,
    nowMs: envelope.received_at_ms,
    index,
    channel: envelope.channel,
    visitor: delivery.visitor,
  })
  if (parsed.ok) {
    draft.raw = parsed.event
    draft.findings.push(...parsed.findings)
    return
  }
  const { problem, partial } = parsed
  draft.ended = { verdict: 'rejected', reason: problem.reason, problem }
  draft.event = {
    event_name: partial.event_name ?? '(invalid)',
    event_time: Math.floor(envelope.received_at_ms / 1000),
    action_source: 'other',
    user_data: {},
    ...(partial.event_id === undefined ? {} : { event_id: partial.event_id }),
  }
}

/** What the collector or a source decided before it handed over: a site that is not allowed. */
function door(draft: Draft): void {
  const reason = draft.delivery.perEvent?.[draft.index]?.dropped
  if (reason) draft.ended = { verdict: 'dropped', reason }
}

/** People do not belong into addresses and custom_data; what is found there is not stored. */
function clean(draft: Draft): void {
  const { raw, event } = draft
  const scrubbed = scrub(raw ?? event ?? NOTHING)
  if (!scrubbed) return
  if (raw) draft.raw = { ...raw, ...scrubbed.changed }
  else if (event) draft.event = { ...event, ...scrubbed.changed }
  draft.findings.push(...scrubbed.findings)
}

const NOTHING = {}

const LIMITED = {
  data_processing_options: ['LDU'],
  data_processing_options_country: 0,
  data_processing_options_state: 0,
} as const

/** What the visitor allowed decides what is kept, and is written down as the policy decided it. */
function consent(draft: Draft, { sha256 }: StepPorts): void {
  const { raw, envelope } = draft
  const { consent: given = NOTHING_SAID } = envelope
  const policy = consentPolicyOf(draft.delivery.dataset)
  if (!raw || isUnconditional(given, policy)) return
  const country = given.region ?? regionOfCountry(raw.user_data.country?.[0], sha256)
  const decision = decideConsent(given, country, policy)
  if (!decision) return
  const stripped = apply(draft, raw, decision)
  draft.envelope = {
    ...envelope,
    consent: {
      ...given,
      decision: { ...decision, ...(stripped.length > 0 ? { stripped } : {}) },
    },
  }
}

/** Carries the decision out; returns the keys that are no longer there. */
function apply(
  draft: Draft,
  raw: ServerEvent<RawUserData>,
  { action }: ConsentDecision,
): readonly string[] {
  const { state, signal } = draft.envelope.consent ?? NOTHING_SAID
  if (action === 'limit' && !raw.data_processing_options?.length) {
    draft.raw = { ...raw, ...LIMITED }
  }
  if (action === 'drop') {
    const reason =
      signal === 'gpc' ? 'gpc' : state === 'denied' ? 'not_consented' : 'consent_unknown'
    draft.ended = { verdict: 'dropped', reason }
    return Object.keys(raw.user_data)
  }
  if (action !== 'anonymous') return []
  const addresses = ADDRESSES.filter((key) => /[?#]/.test(raw[key] ?? ''))
  draft.event = {
    ...raw,
    ...Object.fromEntries(addresses.map((key) => [key, raw[key]?.replace(/[?#].*$/s, '')])),
    user_data: {},
  }
  delete draft.raw
  return [...Object.keys(raw.user_data), ...addresses.map((key) => `${key}.query`)]
}

/** What follows the path can name a person or a click. */
const ADDRESSES = ['event_source_url', 'referrer_url'] as const

function bot(draft: Draft, { isBot }: StepPorts): void {
  const userAgent = draft.raw?.user_data.client_user_agent
  if (draft.envelope.channel !== 'browser' || !userAgent || !isBot(userAgent)) return
  if (draft.delivery.dataset.bots === 'drop') draft.ended = { verdict: 'dropped', reason: 'bot' }
  else draft.findings.push({ code: 'bot' })
}

/**
 * The owner's own rules, before the hash step, so that what they copy into user_data is hashed.
 * What they changed is scrubbed once more: a rule must not bring back what was removed.
 */
function rules(draft: Draft, { rulesOf }: StepPorts): void {
  const compiled = rulesOf(draft.envelope.dataset_id)
  if (!compiled) return
  const { raw, event } = draft
  if (raw) draft.raw = ruled(raw, draft, compiled)
  else if (event) draft.event = ruled(event, draft, compiled)
  if (draft.raw !== raw || draft.event !== event) clean(draft)
}

/** The event as the rules left it; what they decided beside that goes into the draft. */
function ruled<U>(event: ServerEvent<U>, draft: Draft, compiled: CompiledRules): ServerEvent<U> {
  const { envelope, findings } = draft
  const mayIdentify = draft.raw !== undefined
  const done = applyRules(compiled, { event, envelope, findings, mayIdentify })
  draft.envelope = {
    ...envelope,
    rules_version: compiled.version,
    ...(done.acted.length > 0 ? { rules: done.acted } : {}),
    ...(done.routes ? { routes: done.routes } : {}),
  }
  findings.push(...done.findings)
  const isNewPurchase = done.event.event_name === 'Purchase' && event.event_name !== 'Purchase'
  if (isNewPurchase && done.event.custom_data?.value === undefined) {
    findings.push({ code: 'missing_value', key: 'custom_data.value', detail: 'renamed by a rule' })
  }
  if (done.droppedBy !== undefined) {
    draft.ended = { verdict: 'dropped', reason: `rule:${done.droppedBy}` }
  }
  return done.event
}

/** The end of personal data in clear. */
function hash(draft: Draft, { sha256 }: StepPorts): void {
  const { raw, delivery } = draft
  if (!raw) return
  const defaultCallingCode = callingCode(delivery.dataset.default_country)
  const hashed = hashUserData(raw.user_data, {
    builderForms: delivery.dataset.builder_forms,
    sha256,
    ...(defaultCallingCode ? { defaultCallingCode } : {}),
  })
  // In place: parse made this object for us alone, and copying it would cost as much as hashing.
  draft.event = Object.assign(raw, { user_data: hashed.userData })
  draft.findings.push(...hashed.findings)
  for (const key of hashed.clearKeys) draft.findings.push({ code: 'hashed_here', key })
  delete draft.raw
}

/** Last of all that looks at one event: a test shows what would have become of it. */
function sandbox(draft: Draft): void {
  const { delivery, envelope } = draft
  const { test_event_code: code } = envelope
  if (code === undefined) return
  if (delivery.dataset.test_events === 'count' && !neverCounts(code)) return
  draft.ended = { verdict: 'dropped', reason: SANDBOX }
}

const SANDBOX = 'sandbox'

/** `meta` mode: one bad event refuses the request, as Meta does. */
function allOrNothing(drafts: readonly Draft[]): void {
  const refused = new Map<Delivery, Draft>()
  for (const draft of drafts) {
    const { delivery, ended } = draft
    if (delivery.dataset.mode !== 'meta' || delivery.envelope.channel !== 'server') continue
    if (ended?.verdict === 'rejected' && !refused.has(delivery)) refused.set(delivery, draft)
  }
  for (const draft of refused.size > 0 ? drafts : []) {
    const cause = refused.get(draft.delivery)
    if (!cause || draft.ended?.verdict === 'rejected') continue
    const message = `Event ${draft.index} was good, but event ${cause.index} of the request was not.`
    const problem = { reason: 'batch_refused', index: draft.index, message } as const
    draft.ended = { verdict: 'rejected', reason: 'batch_refused', problem }
  }
}

/**
 * What was not counted keeps no identifiers; a bot keeps its user agent, to be recognised, and a
 * test its hashes, to be checked.
 */
function strip(drafts: readonly Draft[]): void {
  for (const draft of drafts) {
    const { ended, raw, event } = draft
    const known: ServerEvent<RawUserData | UserData> | undefined = raw ?? event
    if (!ended || !known || (ended.reason === SANDBOX && !raw)) continue
    const userAgent = ended.reason === 'bot' ? known.user_data.client_user_agent : undefined
    draft.event = { ...known, user_data: userAgent ? { client_user_agent: userAgent } : {} }
    delete draft.raw
  }
}
