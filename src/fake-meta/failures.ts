/**
 * The failures the stand-in was told to show, as rules: which failure, for which requests, how
 * often, how long, how likely. Rules are JSON (POST /fail) or one line of words (--fail). It
 * decides; fake-meta.ts carries out.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { RULES_MAX, SLOW_MS_MAX } from './bounds.ts'
import { eventIn, isFields } from './judged.ts'
import { META_ERROR_NAMES, META_ERRORS, type MetaErrorName } from './meta-errors.ts'

/** Failures that are no error object of Meta's. */
export const TRANSPORT_FAILURES = {
  http_429: 'status 429 with a page of text',
  http_500: 'status 500 with a page of text, as from a proxy',
  http_502: 'status 502, the same',
  http_503: 'status 503, the same',
  http_504: 'status 504, the same',
  reset_before: 'the connection is reset, nothing was processed',
  reset_after: 'the connection is reset after the events were processed',
  half_answer: 'half of the answer, then the connection closes; the events were processed',
  slow: 'the answer comes after `ms` milliseconds; the events were processed at once',
  usage: 'a good answer whose usage headers say `usage_percent`',
  poison: 'as parameter_error, for one event_id or custom_data key that is never taken',
} as const

export type FailureName = MetaErrorName | keyof typeof TRANSPORT_FAILURES

export const FAILURE_NAMES = [
  ...META_ERROR_NAMES,
  ...(Object.keys(TRANSPORT_FAILURES) as (keyof typeof TRANSPORT_FAILURES)[]),
] as const

const text = z.string().min(1).max(512)

export const failRuleSchema = z.strictObject({
  fail: z.enum(FAILURE_NAMES as readonly [FailureName, ...FailureName[]]),
  /** Ends after so many failures. */
  requests: z.int().min(1).optional(),
  /** Ends after so many seconds. */
  seconds: z.number().positive().optional(),
  /** Of each request that matches, from the seeded chance. */
  probability: z.number().min(0).max(1).optional(),
  /** Only requests that hold such an event. */
  event_name: text.optional(),
  event_id: text.optional(),
  custom_data_key: text.optional(),
  /** For `slow`. */
  ms: z.int().min(0).max(SLOW_MS_MAX).optional(),
  retry_after_s: z.int().min(0).optional(),
  usage_percent: z.int().min(0).max(1000).optional(),
  /** Minutes until access comes back, in the usage header. */
  regain_minutes: z.int().min(0).optional(),
})

export type FailRule = z.infer<typeof failRuleSchema>

/** Throws `invalid_request`, naming the field. */
export function readFailRule(value: unknown): FailRule {
  const read = failRuleSchema.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    const field = issue?.path.join('.') || 'the rule'
    if (field === 'fail') {
      const names = `"fail" must be one of ${FAILURE_NAMES.join(', ')}.`
      throw new TwofoldError('invalid_request', names)
    }
    throw new TwofoldError('invalid_request', `Rule of failure, ${field}: ${issue?.message}.`)
  }
  const rule = read.data
  if (rule.fail === 'slow' && rule.ms === undefined) {
    throw new TwofoldError('invalid_request', 'Rule of failure: slow needs ms, such as ms=2000.')
  }
  if (rule.fail === 'poison' && rule.event_id === undefined && rule.custom_data_key === undefined) {
    const what = 'Rule of failure: poison needs event_id or custom_data_key.'
    throw new TwofoldError('invalid_request', what)
  }
  return rule
}

/** `app_rate requests=3 retry_after_s=5`, also with commas, or the JSON of a rule. */
export function parseFailRule(line: string): FailRule {
  if (/^\s*\{/.test(line)) return readFailRule(jsonIn(line))
  const [fail = '', ...options] = line.split(/[\s,]+/).filter((word) => word !== '')
  const pairs = options.map((option) => {
    const at = option.indexOf('=')
    if (at < 1) {
      const what = `Rule of failure: "${option}" must be name=value, such as requests=3.`
      throw new TwofoldError('invalid_request', what)
    }
    const [name, value] = [option.slice(0, at), option.slice(at + 1)]
    return [name, TEXTS.has(name) || value === '' ? value : Number(value)]
  })
  return readFailRule({ fail, ...Object.fromEntries(pairs) })
}

const TEXTS: ReadonlySet<string> = new Set(['event_name', 'event_id', 'custom_data_key'])

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new TwofoldError('invalid_request', 'The rule of failure is not JSON.', { cause })
  }
}

/** How one request is to be answered. Everything absent: as usual. */
export interface Ordained {
  readonly delayMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly end?: {
    readonly name: Exclude<FailureName, 'slow' | 'usage'>
    /** The event that matched, where the rule asked for one. */
    readonly index?: number
    readonly key?: string
  }
}

export interface RuleShown extends FailRule {
  readonly id: string
  readonly hits: number
}

interface Active {
  readonly id: string
  readonly rule: FailRule
  readonly untilMs: number
  hits: number
}

export class Failures {
  private rules: Active[] = []
  private made = 0
  private readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  /** Throws `limit_reached`. */
  add(rule: FailRule, nowMs: number): RuleShown {
    if (this.rules.length >= RULES_MAX) throw new TwofoldError('limit_reached')
    this.made += 1
    const untilMs = rule.seconds === undefined ? Number.POSITIVE_INFINITY : rule.seconds * 1000
    const active = { id: `f${this.made}`, rule, untilMs: nowMs + untilMs, hits: 0 }
    this.rules.push(active)
    return shown(active)
  }

  /** Rules that still apply. */
  active(nowMs: number): RuleShown[] {
    this.rules = this.rules.filter((one) => isActive(one, nowMs))
    return this.rules.map(shown)
  }

  clear(id?: string): number {
    const before = this.rules.length
    this.rules = id === undefined ? [] : this.rules.filter((one) => one.id !== id)
    return before - this.rules.length
  }

  /** Faults of the token end when the token is mended. */
  clearTokenFailures(): void {
    this.rules = this.rules.filter(({ rule: { fail } }) => !/^(token|session)_/.test(fail))
  }

  /** In the order of the rules: all that only delay or add headers, and the first that ends. */
  decide(entries: readonly unknown[], nowMs: number): Ordained {
    if (this.rules.length === 0) return AS_USUAL
    let delayMs = 0
    let headers: Record<string, string> = {}
    let end: Ordained['end']
    for (const one of this.rules) {
      const { rule } = one
      const { fail } = rule
      if (!isActive(one, nowMs) || (end && fail !== 'slow' && fail !== 'usage')) continue
      const match = matchIn(entries, rule)
      if (!match) continue
      if (rule.probability !== undefined && this.random() >= rule.probability) continue
      one.hits += 1
      headers = { ...headers, ...headersOf(rule) }
      delayMs += rule.ms ?? 0
      if (fail !== 'slow' && fail !== 'usage') end = { name: fail, ...match }
    }
    this.rules = this.rules.filter((one) => isActive(one, nowMs))
    return end ? { delayMs, headers, end } : { delayMs, headers }
  }
}

const AS_USUAL: Ordained = { delayMs: 0, headers: {} }

function isActive({ rule, untilMs, hits }: Active, nowMs: number): boolean {
  return nowMs < untilMs && (rule.requests === undefined || hits < rule.requests)
}

function shown({ id, rule, hits }: Active): RuleShown {
  return { id, ...rule, hits }
}

type Match = { readonly index?: number; readonly key?: string }

function matchIn(entries: readonly unknown[], rule: FailRule): Match | undefined {
  const { event_name: name, event_id: id, custom_data_key: key } = rule
  if (name === undefined && id === undefined && key === undefined) return {}
  for (const [index, entry] of entries.entries()) {
    const event = eventIn(entry)
    if (!event) continue
    if (name !== undefined && event.event_name !== name) continue
    if (id !== undefined && String(event.event_id ?? '') !== id) continue
    const { custom_data: data } = event
    if (key !== undefined && !(isFields(data) && Object.hasOwn(data, key))) continue
    return { index, key: key === undefined ? 'event_id' : `custom_data.${key}` }
  }
  return undefined
}

const RATES: ReadonlySet<number> = new Set([4, 17, 32, 613, 80000, 80003, 80004, 80014])

/** Meta tells how much of the quota is used; a Retry-After only where the rule asks for one. */
function headersOf(rule: FailRule): Record<string, string> {
  const { fail, retry_after_s: retryAfterS, regain_minutes: regain } = rule
  const isRate = fail in META_ERRORS && RATES.has(META_ERRORS[fail as MetaErrorName].code)
  const usage = rule.usage_percent ?? (isRate ? 100 : undefined)
  const wait = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }
  if (usage === undefined) return wait
  return { ...wait, ...usageHeaders(usage, regain ?? (usage >= 100 ? 1 : 0)) }
}

function usageHeaders(percent: number, regainMinutes: number): Record<string, string> {
  const app = { call_count: percent, total_cputime: percent, total_time: percent }
  const business = {
    type: 'ads_management',
    ...app,
    estimated_time_to_regain_access: regainMinutes,
  }
  return {
    'x-app-usage': JSON.stringify(app),
    'x-business-use-case-usage': JSON.stringify({ '1234567890123456': [business] }),
  }
}
