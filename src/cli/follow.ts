/**
 * `twofold events --follow`: reads the live stream, and when the connection breaks, comes back with
 * the last seq it saw, so that no leg is missed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LegView } from '../api/types.ts'
import type { Client } from './client.ts'
import type { ClientOptions } from './command.ts'
import { CliError, EXIT } from './exit.ts'
import { count, note, plain, say, sayJson, time } from './output.ts'
import { readServerEvents } from './server-events.ts'

const WAIT_MS_MIN = 1000
const WAIT_MS_MAX = 30_000

/** What to show of the legs that arrive. */
export interface EventFilters {
  readonly eventName?: string
  readonly eventId?: string
  readonly orderId?: string
  readonly verdict?: string
  readonly testEventCode?: string
}

export async function follow(
  client: Client,
  datasetId: string,
  flags: EventFilters & ClientOptions,
): Promise<never> {
  const { testEventCode: code } = flags
  const query = code === undefined ? '' : `?test_event_code=${encodeURIComponent(code)}`
  const path = `/api/datasets/${datasetId}/live${query}`
  let last: string | undefined
  let waitMs = WAIT_MS_MIN
  for (let connected = false; ; ) {
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last }
      const response = await client.open(path, { accept: 'text/event-stream', ...headers })
      if (!connected && !flags.json) note(`Watching dataset ${datasetId}; Ctrl-C ends it.`)
      connected = true
      waitMs = WAIT_MS_MIN
      for await (const { id, event, data } of readServerEvents(response)) {
        last = id ?? last
        if (event === 'leg') show(JSON.parse(data) as LegView, flags)
        if (event === 'skipped') note(`${skipped(data)} earlier legs are not shown again.`)
      }
    } catch (error) {
      // At first a wrong address or token must be told; later the server may just be restarting.
      if (!connected || !mayComeBack(error)) throw error
    }
    note(`The connection has ended; trying again in ${waitMs / 1000} s.`)
    await sleep(waitMs)
    waitMs = Math.min(WAIT_MS_MAX, waitMs * 2)
  }
}

function mayComeBack(error: unknown): boolean {
  return (
    !(error instanceof CliError) ||
    error.exit === EXIT.unreachable ||
    error.code === 'unexpected_answer'
  )
}

function skipped(data: string): string {
  return count((JSON.parse(data) as { count: number }).count)
}

function show(leg: LegView, flags: EventFilters & ClientOptions): void {
  const { eventName, eventId, orderId, verdict } = flags
  if (eventName !== undefined && leg.event_name !== eventName) return
  if (eventId !== undefined && leg.event_id !== eventId) return
  if (orderId !== undefined && leg.custom_data?.order_id !== orderId) return
  if (verdict !== undefined && leg.verdict !== verdict) return
  if (flags.json) sayJson(leg)
  else say(lineOf(leg))
}

function lineOf(leg: LegView): string {
  const why =
    leg.reason ?? (leg.of_seq === undefined ? '' : `of #${leg.of_seq} by ${leg.matched_by}`)
  return [
    time(leg.received_at),
    `#${leg.seq}`,
    leg.channel.padEnd(7),
    leg.verdict.padEnd(9),
    plain(leg.event_name),
    plain(leg.event_id ?? '-'),
    why,
    leg.findings.map(({ code }) => `(${code})`).join(' '),
  ]
    .filter((part) => part !== '')
    .join('  ')
}
