/**
 * Meta's Conversions API as a destination. The parts stand beside it: settings, payload, the check
 * beforehand, request, answer, errors, pace; meta-send.ts is the path of one batch.
 */
import { EVENT_AGE_PHYSICAL_STORE_S_MAX, EVENT_AGE_S_MAX } from '../event/bounds.ts'
import { EVENTS_PER_REQUEST_MAX, META_BODY_BYTES_MAX } from '../limits.ts'
import type { Destination } from './destination.ts'
import { metaExamples } from './meta-examples.ts'
import { metaPayload } from './meta-payload.ts'
import { metaScores } from './meta-scores.ts'
import { sendToMeta } from './meta-send.ts'
import { type MetaSettings, metaSettingsSchema } from './meta-settings.ts'

export const meta: Destination<MetaSettings> = {
  name: 'meta',
  title: 'Meta Conversions API',
  about: 'Sends events to a dataset (pixel) of Meta, for Facebook and Instagram ads.',
  schema: metaSettingsSchema,
  bounds: {
    eventsMax: EVENTS_PER_REQUEST_MAX,
    bytesMax: META_BODY_BYTES_MAX,
    inFlightMax: 4,
    ageMsMax: ({ action_source }) =>
      1000 *
      (action_source === 'physical_store' ? EVENT_AGE_PHYSICAL_STORE_S_MAX : EVENT_AGE_S_MAX),
  },
  // opt_out and limited data use are for Meta to obey, so they are passed on. What Meta would
  // refuse is found when it leaves: until then a twin may complete it.
  accepts: () => true,
  payloadOf: ({ event }) => metaPayload(event),
  send: sendToMeta,
  examples: metaExamples,
  scores: metaScores,
}
