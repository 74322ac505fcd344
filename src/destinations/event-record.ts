/**
 * An event as one self-contained record: Meta's server event as hashed, and beside it what a
 * receiver needs to tell events apart. What webhooks and NDJSON files carry.
 */
import type { Json } from '../event/shape.ts'
import type { OutboundEvent } from './destination.ts'

/** Undefined parts are left out, so that the record equals what JSON makes of it. */
export function recordOf({ key, event, envelope }: OutboundEvent): {
  readonly [key: string]: Json
} {
  const { dataset_id, channel, via, received_at_ms, test_event_code, consent } = envelope
  const record = {
    key,
    dataset_id,
    channel,
    via,
    received_at_ms,
    test_event_code,
    consent: consent && { ...consent },
    ...event,
  }
  return JSON.parse(JSON.stringify(record))
}
