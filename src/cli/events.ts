/** `twofold events`: the event log, newest first, or live with --follow. */
import type { Command } from 'commander'
import type { EventsAnswer, EventView } from '../api/types.ts'
import { PAGE_EVENTS_MAX } from '../limits.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { wrongUsage } from './exit.ts'
import { type EventFilters, follow } from './follow.ts'
import { parseMoment } from './moment.ts'
import { amount, plain, say, sayJson, table, time } from './output.ts'

interface Flags extends DatasetOptions, EventFilters {
  readonly from?: string
  readonly to?: string
  readonly limit: string
  readonly follow?: true
}

export function addEvents(program: Command): void {
  declareClient(program, 'events', {
    description: 'List events with their legs, or watch them arrive.',
    examples: [
      'twofold events --event-name Purchase --from 2h',
      'twofold events --order-id 17 --json',
      'twofold events --verdict dropped',
      'twofold events --follow',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--event-name <name>', 'only this event')
    .option('--event-id <id>', 'only events with this id')
    .option('--order-id <id>', 'only events of this order')
    .option('--verdict <verdict>', 'accepted, dropped or rejected; with --follow also duplicate')
    .option('--test-event-code <code>', 'with --follow: only legs with this code')
    .option('--from <moment>', 'received from then on: unix seconds, a date, or 2h, 7d')
    .option('--to <moment>', 'received before then')
    .option('--limit <n>', 'at most so many', '20')
    .option('-f, --follow', 'watch legs arrive until Ctrl-C; connects again by itself')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const datasetId = await datasetIdOf(client, flags)
      if (flags.follow) await follow(client, datasetId, flags)
      else await list(client, datasetId, flags)
    })
}

async function list(client: Client, datasetId: string, flags: Flags): Promise<void> {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1)
    throw wrongUsage('--limit is a whole number from 1 on.')
  const query = queryOf(flags)
  const events: EventView[] = []
  let listed = 0
  for (let cursor: string | null = ''; cursor !== null && listed < limit; ) {
    query.set('limit', String(Math.min(PAGE_EVENTS_MAX, limit - listed)))
    query.set('cursor', cursor)
    const path = `/api/datasets/${datasetId}/events?${query}`
    const page: EventsAnswer = await client.json('GET', path)
    cursor = page.next_cursor
    listed += page.events.length
    if (flags.json) for (const event of page.events) sayJson(event)
    else events.push(...page.events)
  }
  if (flags.json) return
  say(events.length > 0 ? tableOf(events) : 'No such event. Dropped ones: --verdict dropped')
}

function queryOf(flags: Flags): URLSearchParams {
  const nowS = Date.now() / 1000
  const moment = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : String(parseMoment(text, nowS))
  const wanted = {
    event_name: flags.eventName,
    event_id: flags.eventId,
    order_id: flags.orderId,
    verdict: flags.verdict,
    from: moment(flags.from),
    to: moment(flags.to),
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) query.set(name, value)
  }
  return query
}

function tableOf(events: readonly EventView[]): string {
  const rows = events.map((event) => [
    time(event.received_at),
    plain(event.event_name),
    plain(event.event_id ?? '-'),
    moneyOf(event.custom_data),
    event.legs.map(({ channel }) => channel).join(' + '),
    event.reason ?? event.matched_by ?? '-',
    event.findings.map(({ code }) => code).join(', '),
  ])
  const head = ['received (UTC)', 'event', 'event_id', 'value', 'legs', 'matched by', 'findings']
  return table([head, ...rows], [3])
}

/** "1,234.5 EUR". */
function moneyOf(custom: Readonly<Record<string, unknown>> | undefined): string {
  const { value, currency } = custom ?? {}
  if (typeof value !== 'number') return '-'
  return `${amount(value)} ${typeof currency === 'string' ? plain(currency) : ''}`.trim()
}
