/** `twofold events`: the event log, newest first, live with --follow, or as a file with --export. */
import { hash } from 'node:crypto'
import type { Command } from 'commander'
import type { DatasetView, EventsAnswer, EventView } from '../api/types.ts'
import { callingCode } from '../event/calling-code.ts'
import { personValues } from '../event/person-values.ts'
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
import { download } from './download.ts'
import { wrongUsage } from './exit.ts'
import { type EventFilters, follow } from './follow.ts'
import { parseMoment } from './moment.ts'
import { money, note, plain, say, sayJson, table, time } from './output.ts'

interface Flags extends DatasetOptions, EventFilters {
  readonly from?: string
  readonly to?: string
  readonly limit: string
  readonly follow?: true
  readonly reason?: string
  readonly person?: string
  readonly finding?: string
  readonly seenBy?: string
  readonly export?: true
  readonly format: string
  readonly output?: string
  readonly force?: true
}

export function addEvents(program: Command): void {
  declareClient(program, 'events', {
    description: 'Search events with their legs, export them, or watch them arrive.',
    examples: [
      'twofold events --event-name Purchase --from 2h',
      'twofold events --order-id 17 --json',
      'twofold events --verdict dropped --reason bot',
      'twofold events --person jo@example.com',
      'twofold events --export --from 30d --format csv --output events.csv',
      'twofold events --follow',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--event-name <name>', 'only this event')
    .option('--event-id <id>', 'only events with this id')
    .option('--order-id <id>', 'only events of this order')
    .option('--verdict <verdict>', 'accepted, duplicate, dropped, rejected or all')
    .option('--reason <code>', 'only what was dropped or rejected for this reason')
    .option(
      '--person <text>',
      'e-mail, phone, customer id or hash; hashed here, never sent in clear',
    )
    .option('--finding <code>', 'only events with this finding')
    .option('--seen-by <who>', 'browser, server, other, both, browser_only or server_only')
    .option('--test-event-code <code>', 'with --follow: only legs with this code')
    .option('--from <moment>', 'received from then on: unix seconds, a date, or 2h, 7d')
    .option('--to <moment>', 'received before then')
    .option('--limit <n>', 'at most so many', '20')
    .option('--export', 'all that fit instead of --limit, as a stream')
    .option('--format <format>', 'of the export: ndjson or csv', 'ndjson')
    .option('-o, --output <file>', 'of the export: a file; without it, stdout')
    .option('--force', 'replace the file if it exists')
    .option('-f, --follow', 'watch legs arrive until Ctrl-C; connects again by itself')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const datasetId = await datasetIdOf(client, flags)
      if (flags.follow) await follow(client, datasetId, flags)
      else if (flags.export) await exportAll(client, datasetId, flags)
      else await list(client, datasetId, flags)
    })
}

/** How often a long search says how far it came. */
const SAY_MS = 2000

async function list(client: Client, datasetId: string, flags: Flags): Promise<void> {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1)
    throw wrongUsage('--limit is a whole number from 1 on.')
  const query = await queryOf(client, datasetId, flags)
  const events: EventView[] = []
  let listed = 0
  let saidMs = Date.now()
  for (let cursor: string | null = ''; cursor !== null && listed < limit; ) {
    query.set('limit', String(Math.min(PAGE_EVENTS_MAX, limit - listed)))
    query.set('cursor', cursor)
    const path = `/api/datasets/${datasetId}/events?${query}`
    const page: EventsAnswer = await client.json('GET', path)
    cursor = page.next_cursor
    listed += page.events.length
    if (page.looked_back_to !== null && Date.now() - saidMs > SAY_MS) {
      saidMs = Date.now()
      note(`${listed} so far; looked back to ${time(page.looked_back_to)} UTC.`)
    }
    if (flags.json) for (const event of page.events) sayJson(event)
    else events.push(...page.events)
  }
  if (flags.json) return
  say(events.length > 0 ? tableOf(events) : 'No such event. Dropped ones: --verdict dropped')
}

async function exportAll(client: Client, datasetId: string, flags: Flags): Promise<void> {
  const { output, force = false, json = false } = flags
  await download({ what: 'the events', output, force, json }, async () => {
    const query = await queryOf(client, datasetId, flags)
    query.set('format', flags.format)
    return client.open(`/api/datasets/${datasetId}/events/export?${query}`)
  })
}

/** The clear text ends here; the country of the dataset completes a phone number. */
async function valuesOf(client: Client, datasetId: string, typed: string): Promise<string> {
  const dataset = await client.json<DatasetView>('GET', `/api/datasets/${datasetId}`)
  const code = callingCode(dataset.default_country)
  const { values } = personValues(typed, {
    sha256: (text) => hash('sha256', text),
    ...(code ? { defaultCallingCode: code } : {}),
  })
  if (values.length === 0) {
    throw wrongUsage('--person is not a person.', 'Give an e-mail, a phone, an id or a SHA-256.')
  }
  return values.join(',')
}

async function queryOf(client: Client, datasetId: string, flags: Flags): Promise<URLSearchParams> {
  const nowS = Date.now() / 1000
  const moment = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : String(parseMoment(text, nowS))
  const wanted = {
    event_name: flags.eventName,
    event_id: flags.eventId,
    order_id: flags.orderId,
    verdict: flags.verdict,
    reason: flags.reason,
    finding: flags.finding,
    seen_by: flags.seenBy,
    person: flags.person && (await valuesOf(client, datasetId, flags.person)),
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

function moneyOf(custom: Readonly<Record<string, unknown>> | undefined): string {
  const { value, currency } = custom ?? {}
  if (typeof value !== 'number') return '-'
  return money(value, typeof currency === 'string' ? plain(currency) : '')
}
