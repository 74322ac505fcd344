/**
 * Why a conversion is known to one side only: a pure function of its first report, so that ingest
 * can count by it and take it back when the twin comes after all. What only another event can tell
 * (the same id outside of the window) is found by who looks one event up, in api/.
 */
import type { Leg } from './shape.ts'

/** Codes and words in one table: counters (`unpaired:<code>`), pages and documentation. */
export const UNPAIRED_REASONS = {
  not_on_site: {
    title: 'Did not happen on the website',
    fix: 'Nothing to do: a sale by phone, in a shop or from a system has no browser report.',
  },
  different_id: {
    title: 'The other side used another id',
    fix: 'Send the same event_id from both sides: make it from the order number.',
  },
  late: {
    title: 'Reported too late',
    fix: 'Send it within 48 hours of the action: after that the two reports no longer meet.',
  },
  outside_window: {
    title: 'The same id came again outside of the window',
    fix: 'Report both sides within 48 hours of one another, and never use an event_id again.',
  },
  no_id: {
    title: 'No id to share',
    fix: 'Send an event_id with every report, the same one from browser and server.',
  },
  blocked: {
    title: 'The browser was there, its report was not',
    fix: 'A blocker, a page left early, or no event on the last page: serve the pixel from your own domain.',
  },
  never_seen: {
    title: 'Nothing of the browser was seen',
    fix: 'The pixel did not run, or your server leaves out the _fbp cookie: put both on every page.',
  },
  no_server_report: {
    title: 'The server did not report it',
    fix: 'Report the action from your server too, with the event_id that the browser used.',
  },
} as const satisfies Record<string, { readonly title: string; readonly fix: string }>

export type UnpairedReason = keyof typeof UNPAIRED_REASONS

/** `windowMs`: how long the copies of one event are recognised after the first. */
export function unpairedReason(first: Leg, windowMs: number): UnpairedReason {
  const { event, envelope, findings } = first
  const isSuspected = findings?.some(({ code }) => code === 'possible_twin') === true
  if (envelope.channel === 'browser') {
    if (isSuspected) return 'different_id'
    return event.event_id === undefined ? 'no_id' : 'no_server_report'
  }
  if (event.action_source !== 'website') return 'not_on_site'
  if (isSuspected) return 'different_id'
  if (envelope.received_at_ms - event.event_time * 1000 >= windowMs) return 'late'
  if (event.event_id === undefined && event.custom_data?.order_id === undefined) return 'no_id'
  return event.user_data.fbp === undefined ? 'never_seen' : 'blocked'
}
