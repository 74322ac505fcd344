/**
 * GET /api/datasets/{id}/consents: the proof, one record per received event: who said what was
 * allowed, what was decided for each type of destination, what was taken out. Streamed a page of
 * the event log at a time, so that years of events need no more memory than a day.
 */
import type { z } from 'zod'
import {
  type ConsentPolicy,
  consentAllows,
  consentPolicyOf,
  eventConsent,
  NOTHING_SAID,
} from '../event/consent.ts'
import type { Consent, Leg, StoredEvent } from '../event/shape.ts'
import { EXPORT_PAGE_EVENTS } from '../limits.ts'
import { consentRecordSchema, consentsQuerySchema } from './consents-schema.ts'
import { exportEvents } from './event-stream.ts'
import { type Call, type Route, route } from './route.ts'
import type { ConsentRecord } from './types.ts'

export const consentRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/consents',
    auth: { needs: 'read', on: 'dataset' },
    // One event is looked at; more is an export.
    history: { action: 'consents.exported', isTrial: isLook },
    summary: 'Export the consent of every event, as proof',
    description:
      'Newest first, one record a line (or CSV). A connection that ends before the last line was ' +
      'cut off: such an export is not whole.',
    query: consentsQuerySchema,
    answer: {
      status: 200,
      description: 'A stream; each line is one of these.',
      type: 'application/x-ndjson',
      schema: consentRecordSchema,
    },
    run: async (call, context) => {
      const { id, query } = call
      const { from, to, event_id, format } = query
      const dataset = context.access.findDataset(id)
      if (!dataset) return undefined
      const policy = consentPolicyOf(dataset)
      await exportEvents(
        call,
        {
          name: 'consents',
          format,
          columns: COLUMNS,
          rowOf: (event) => recordOf(event, policy),
          ...(isLook(call) ? {} : { filters: { from, to } }),
          query: {
            dataset_id: id,
            verdicts: ['accepted', 'dropped', 'rejected'],
            limit: EXPORT_PAGE_EVENTS,
            ...(from === undefined ? {} : { from_s: from }),
            ...(to === undefined ? {} : { to_s: to }),
            ...(event_id === undefined ? {} : { event_id }),
          },
        },
        context,
      )
      return call.reply
    },
  }),
]

function isLook({ query }: Pick<Call<unknown, unknown>, 'query'>): boolean {
  return (query as z.output<typeof consentsQuerySchema>).event_id !== undefined
}

export function recordOf({ legs }: StoredEvent, policy: ConsentPolicy): ConsentRecord {
  const [kept] = legs
  const consent = eventConsent(legs) ?? NOTHING_SAID
  const { decision } = consent
  return {
    seq: kept.seq,
    event_id: legs.find(({ event }) => event.event_id !== undefined)?.event.event_id ?? null,
    event_name: kept.event.event_name,
    event_time: kept.event.event_time,
    received_at: Math.floor(kept.envelope.received_at_ms / 1000),
    verdict: kept.verdict,
    reason: kept.reason ?? null,
    state: consent.state,
    signal: consent.signal,
    region: decision?.region ?? consent.region ?? null,
    action: decision?.action ?? 'keep',
    destinations: destinationsOf(consent, kept, policy),
    stripped: [...new Set(legs.flatMap(strippedOf))],
    tcf: consent.tcf?.string ?? null,
    gpp: consent.gpp?.string ?? null,
    consent_mode: consent.consent_mode ? { ...consent.consent_mode } : null,
    reports: legs.length,
  }
}

function strippedOf({ envelope }: Leg): readonly string[] {
  return envelope.consent?.decision?.stripped ?? []
}

/** As it was decided then, not as today's policy would. What was not counted goes nowhere. */
function destinationsOf(
  consent: Consent,
  { verdict, reason }: Leg,
  policy: ConsentPolicy,
): ConsentRecord['destinations'] {
  const { decision, vendors } = consent
  const isRefused = (type: string): boolean => {
    if (verdict !== 'accepted') return reason !== undefined && CONSENT_REASONS.has(reason)
    if (vendors?.[type] === 'denied') return true
    if (decision) return decision.withheld?.includes(type) ?? false
    return consentAllows(consent, type, policy) !== true
  }
  const allowed = decision?.action === 'limit' ? 'limited' : 'allowed'
  return Object.fromEntries(
    [...policy.needs].map(([type, { isOwn }]) => {
      if (isRefused(type)) return [type, 'not_consented']
      return [type, isOwn ? 'allowed' : allowed]
    }),
  )
}

const CONSENT_REASONS: ReadonlySet<string> = new Set(['not_consented', 'consent_unknown', 'gpc'])

const COLUMNS = Object.keys(consentRecordSchema.shape) as (keyof ConsentRecord)[]
