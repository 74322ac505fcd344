/**
 * Tries rules on what a dataset has: its latest stored reports, or events sent along. Reads only;
 * the engine is the one that ingest runs. Called by the route POST .../rules/try.
 */
import { hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { TwofoldError } from '../errors.ts'
import { parseEvent } from '../event/parse.ts'
import { scrub } from '../event/scrub.ts'
import type { Channel, Leg } from '../event/shape.ts'
import { compileRules } from '../rules/engine.ts'
import { ruleSchema } from '../rules/rule.ts'
import { createTrial, type Trial } from '../rules/trial.ts'
import type { Context } from './ports.ts'
import type { RuleTrial } from './types.ts'

interface Request {
  readonly datasetId: string
  readonly rules: readonly unknown[]
}

/** How a sample names its event. */
type Meta = Pick<
  RuleTrial['samples'][number],
  'seq' | 'index' | 'event_name' | 'channel' | 'received_at'
>

const STORED_NOTE =
  'Stored reports are those that earlier rules have left: where a published rule has changed one, ' +
  'the trial starts from the change.'
const HASHED_NOTE =
  'Stored user_data is hashed: what a rule would copy into it is shown as coming, not as the hash.'
const DEDUP_NOTE =
  'Reports are tried one by one: a rule that changes event_name, event_id or order_id may also ' +
  'change which of them are found to be twins.'

export async function tryOnStored(
  { datasetId, rules, last, gone }: Request & { last: number; gone: () => boolean },
  { store }: Context,
): Promise<RuleTrial> {
  const trial = trialOf(rules)
  const next = (await store.load([], [datasetId])).nextSeq.get(datasetId) ?? 1
  let skipped = 0
  let ruledBefore = 0
  for await (const legs of store.scan(datasetId, Math.max(1, next - last))) {
    if (gone()) break
    for (const leg of legs) {
      if (leg.seq >= next) break
      if (!isSeenByRules(leg)) {
        skipped += 1
        continue
      }
      if (leg.envelope.rules) ruledBefore += 1
      trial.take({ ...leg, findings: leg.findings ?? [] }, metaOf(leg))
    }
    if ((legs.at(-1)?.seq ?? 0) >= next - 1) break
    // Events that arrive meanwhile get their turn.
    await turn()
  }
  const notes = [...(ruledBefore > 0 ? [STORED_NOTE] : []), HASHED_NOTE, DEDUP_NOTE]
  return viewTrial(datasetId, trial, { skipped, ruled_before: ruledBefore, notes })
}

export function tryOnEvents(
  request: Request & { events: readonly unknown[]; channel: Channel },
  { nowMs, access }: Context,
): RuleTrial {
  const { datasetId, rules, events, channel } = request
  const trial = trialOf(rules)
  const received_at_ms = nowMs()
  const via = channel === 'browser' ? 'pixel' : channel === 'server' ? 'graph' : 'source'
  for (const [index, given] of events.entries()) {
    const mode = access.findDataset(datasetId)?.mode ?? 'lenient'
    const parsed = parseEvent(given, { mode, nowMs: received_at_ms, index, channel })
    if (!parsed.ok) {
      throw new TwofoldError('invalid_request', `body.events: ${parsed.problem.message}`)
    }
    const scrubbed = scrub(parsed.event)
    const event = { ...parsed.event, ...scrubbed?.changed }
    const findings = [...parsed.findings, ...(scrubbed?.findings ?? [])]
    const received_at = Math.floor(received_at_ms / 1000)
    trial.take(
      { event, findings, envelope: { dataset_id: datasetId, channel, via, received_at_ms } },
      { seq: null, index, event_name: event.event_name, channel, received_at },
    )
  }
  const notes = [
    'Consent and bots are looked at before the rules; the trial takes the events as allowed.',
    DEDUP_NOTE,
  ]
  return viewTrial(datasetId, trial, { skipped: 0, ruled_before: 0, notes })
}

const sha256 = (text: string): string => hash('sha256', text)

function trialOf(stored: readonly unknown[]): Trial<Meta> {
  const rules = stored.flatMap((rule) => {
    const read = ruleSchema.safeParse(rule)
    return read.success ? [read.data] : []
  })
  return createTrial(rules, compileRules(stored, 0, sha256))
}

/** What the steps before the rules let through, and what rules themselves dropped. */
function isSeenByRules({ verdict, reason }: Leg): boolean {
  if (verdict === 'rejected') return false
  return verdict !== 'dropped' || (reason?.startsWith('rule:') ?? false)
}

function metaOf({ seq, event, envelope }: Leg): Meta {
  const { channel, received_at_ms } = envelope
  const received_at = Math.floor(received_at_ms / 1000)
  return { seq, index: null, event_name: event.event_name, channel, received_at }
}

function viewTrial(
  dataset_id: string,
  trial: Trial<Meta>,
  more: Pick<RuleTrial, 'skipped' | 'ruled_before' | 'notes'>,
): RuleTrial {
  const { samples, by_rule, by_field, ...counts } = trial.report()
  return {
    dataset_id,
    ...counts,
    ...more,
    by_rule: [...by_rule],
    by_field: [...by_field],
    samples: samples.map(({ of, verdict, reason, routes, ...sample }) => ({
      ...of,
      verdict,
      reason: reason ?? null,
      matched: [...sample.matched],
      acted: [...sample.acted],
      changes: [...sample.changes],
      routes: routes ? viewRoutes(routes) : null,
      findings: sample.findings.map((finding) => ({ ...finding })),
    })) as RuleTrial['samples'],
  }
}

function viewRoutes({
  only,
  except,
}: {
  readonly only?: readonly string[]
  readonly except?: readonly string[]
}): { only?: string[]; except?: string[] } {
  return { ...(only ? { only: [...only] } : {}), ...(except ? { except: [...except] } : {}) }
}
