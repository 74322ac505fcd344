/** Runs one `in -> out` example of rules: for rules.json and for the examples of docs/rules.md. */
import { parseEvent } from '../src/event/parse.ts'
import { scrub } from '../src/event/scrub.ts'
import { sha256 } from '../src/event/sha256.ts'
import type { Envelope, Routes } from '../src/event/shape.ts'
import { applyRules, compileRules } from '../src/rules/engine.ts'
import { rulesSchema } from '../src/rules/rule.ts'

export interface RuleExample {
  readonly title?: string
  readonly rules: readonly unknown[]
  readonly in: Readonly<Record<string, unknown>>
  readonly envelope?: Partial<Envelope>
  readonly findings?: readonly string[]
  readonly out?: Readonly<Record<string, unknown>>
  readonly dropped?: string
  readonly routes?: Routes
  readonly acted?: readonly string[]
  readonly found?: readonly string[]
}

const NOW_MS = 1_800_000_000_000
const FRAME = { event_time: NOW_MS / 1000, action_source: 'website', user_data: { fbp: 'x' } }

/** What became of it, with the keys that the example has. */
export function runExample(example: RuleExample): Partial<RuleExample> {
  const parsed = parseEvent(
    { ...FRAME, ...example.in },
    { mode: 'lenient', nowMs: NOW_MS, index: 0, channel: 'server' },
  )
  if (!parsed.ok) throw new Error(parsed.problem.message)
  const rules = compileRules(rulesSchema.parse(example.rules), 1, sha256)
  const event = { ...parsed.event, ...scrub(parsed.event)?.changed }
  const envelope: Envelope = {
    dataset_id: '1',
    channel: 'server',
    via: 'graph',
    received_at_ms: NOW_MS,
    ...example.envelope,
  }
  const findings = [...parsed.findings, ...(example.findings ?? []).map((code) => ({ code }))]
  const done = rules
    ? applyRules(rules, { event, envelope, findings, mayIdentify: true })
    : { event, acted: [], findings: [] }
  const result: Partial<RuleExample> = {
    ...('droppedBy' in done && done.droppedBy ? { dropped: `rule:${done.droppedBy}` } : {}),
    ...(example.out ? { out: shown(done.event, example) } : {}),
    ...(example.routes && 'routes' in done && done.routes ? { routes: done.routes } : {}),
    ...(example.acted ? { acted: done.acted } : {}),
    ...(example.found ? { found: done.findings.map(({ code }) => code) } : {}),
  }
  return result
}

/** The keys of the example's own event; the frame around it is left out again. */
function shown(event: object, example: RuleExample): Record<string, unknown> {
  const isOwn = (key: string): boolean =>
    !(key in FRAME) || key in example.in || key in (example.out ?? {})
  return Object.fromEntries(Object.entries(event).filter(([key]) => isOwn(key)))
}

/** What the example says should become of it. */
export function expectedOf({ out, dropped, routes, acted, found }: RuleExample): object {
  return {
    ...(dropped === undefined ? {} : { dropped }),
    ...(out ? { out } : {}),
    ...(routes ? { routes } : {}),
    ...(acted ? { acted } : {}),
    ...(found ? { found } : {}),
  }
}
