/**
 * GET /api/datasets/{id}/events/{event_id}: everything that is known of one event in one answer,
 * for its own page: the reports, the consent record, the rules that acted, the deliveries.
 */
import { TwofoldError } from '../errors.ts'
import { consentPolicyOf } from '../event/consent.ts'
import type { StoredEvent, Verdict } from '../event/shape.ts'
import { recordOf } from './consents.ts'
import { deliveriesOf } from './deliveries.ts'
import { eventStorySchema } from './event-schemas.ts'
import { viewEvent } from './events.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { EventStory } from './types.ts'

const EVERY: readonly Verdict[] = ['accepted', 'duplicate', 'dropped', 'rejected']

export const eventStoryRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/events/{event_id}',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Read one event: reports, consent, rules, deliveries',
    description: 'By its own number (`id`); the number of a later report leads to its event.',
    answer: { status: 200, description: 'Its story.', schema: eventStorySchema },
    run: async ({ id, params }, context): Promise<EventStory> => {
      const dataset = context.access.findDataset(id)
      const stored = await eventOf(context, id, params.event_id ?? '')
      if (!dataset || !stored) {
        throw new TwofoldError('event_not_found', `There is none with id ${params.event_id}.`)
      }
      return {
        event: viewEvent(stored),
        consent: recordOf(stored, consentPolicyOf(dataset)),
        deliveries: await deliveriesOf(context, id, stored.legs[0].seq),
        rules: await rulesOf(context, id, stored),
      }
    },
  }),
]

async function eventOf(
  { store }: Context,
  dataset_id: string,
  text: string,
): Promise<StoredEvent | undefined> {
  if (!/^[1-9]\d{0,14}$/.test(text)) return undefined
  const at = async (seq: number): Promise<StoredEvent | undefined> => {
    const query = { dataset_id, verdicts: EVERY, limit: 1, before_seq: seq + 1 }
    const [event] = (await store.events(query)).events
    return event?.legs[0].seq === seq ? event : undefined
  }
  const found = await at(Number(text))
  const kept = found?.legs[0].of_seq
  return kept === undefined ? found : at(kept)
}

/** By the names they had when they acted; a version that is gone leaves the ids. */
async function rulesOf(
  { rules }: Context,
  datasetId: string,
  { legs }: StoredEvent,
): Promise<EventStory['rules']> {
  const names = new Map<string, string>()
  for (const { envelope } of legs) {
    const { rules: acted = [], rules_version: version } = envelope
    const open = acted.filter((id) => !names.has(id))
    if (open.length === 0) continue
    const made =
      version === undefined
        ? undefined
        : await rules.version(datasetId, version).catch((error: unknown) => {
            if (error instanceof TwofoldError && error.code === 'rules_version_not_found') return
            throw error
          })
    const known = (made?.rules ?? []) as readonly { id?: string; name?: string }[]
    for (const id of open) names.set(id, known.find((rule) => rule.id === id)?.name ?? '')
  }
  return [...names].map(([id, name]) => ({ id, name }))
}
