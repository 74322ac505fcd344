/**
 * Rules run once more over a report that is stored already, as a replay does: the report as they
 * would leave it, scrubbed and hashed as on arrival, or the rule that drops it. Its version of the
 * rules is left alone: what they did once is not done twice. Pure; main.ts gives it to the relay.
 */
import { hashUserData } from '../event/hash.ts'
import type { HashContext } from '../event/hash-value.ts'
import { scrub } from '../event/scrub.ts'
import type { Leg, RawUserData, ServerEvent, UserData } from '../event/shape.ts'
import { applyRules, type CompiledRules } from './engine.ts'

export type RuledLeg = { readonly leg: Leg } | { readonly dropped_by: string }

/** `rules` undefined: none is in force, the report stays as it is. `hashing`: of its dataset. */
export function ruleStoredLeg(
  leg: Leg,
  rules: CompiledRules | undefined,
  hashing: HashContext,
): RuledLeg {
  const { envelope, event, findings = [] } = leg
  if (!rules || envelope.rules_version === rules.version) return { leg }
  const mayIdentify = mayBeIdentified(leg)
  const done = applyRules(rules, { event, envelope, findings, mayIdentify })
  if (done.droppedBy !== undefined) return { dropped_by: done.droppedBy }
  const { routes: _, ...rest } = envelope
  // Routes are those of these rules alone, as they are for a new report.
  const ruled = { ...rest, ...(done.routes ? { routes: done.routes } : {}) }
  const after = done.event === event ? event : cleaned(done.event, hashing)
  return { leg: { ...leg, event: after, envelope: ruled } }
}

/** As at ingest: where consent was refused, no rule writes into user_data. */
function mayBeIdentified({ envelope: { consent } }: Leg): boolean {
  if (!consent) return true
  const { decision, state } = consent
  return decision ? decision.action === 'keep' || decision.action === 'limit' : state !== 'denied'
}

/** A rule must not bring back what was removed, and what it copied into user_data is hashed. */
function cleaned(event: ServerEvent<UserData>, hashing: HashContext): ServerEvent<UserData> {
  const changed = scrub(event)?.changed
  const raw = event.user_data as unknown as RawUserData
  const { userData } = hashUserData(raw, hashing)
  return { ...event, ...changed, user_data: userData }
}
