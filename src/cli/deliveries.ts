/** `twofold deliveries` lists what was sent where; `twofold requeue` sends it again. */
import type { Command } from 'commander'
import type {
  DeliveriesAnswer,
  DeliveryStory,
  DeliveryView,
  DestinationsAnswer,
  RequeuedAnswer,
} from '../api/types.ts'
import { DELIVERIES_PAGE_MAX } from '../limits.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
  pathPart,
} from './command.ts'
import { wrongUsage } from './exit.ts'
import { parseMoment } from './moment.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'

interface Flags extends DatasetOptions {
  readonly destination?: string
  readonly state?: string
  readonly code?: string
  readonly eventId?: string
  readonly orderId?: string
  readonly from?: string
  readonly to?: string
  readonly limit: string
  readonly id?: readonly string[]
  readonly all?: true
}

export function addDeliveries(program: Command): void {
  declareClient(program, 'deliveries', {
    description: 'List deliveries, the newest first, or tell the story of one.',
    examples: [
      'twofold deliveries',
      'twofold deliveries --state held,retrying',
      'twofold deliveries --state rejected --code 100/2804003 --json',
      'twofold deliveries --order-id 17',
    ],
  })
    .argument('[id]', 'one of the listed ids: what was sent and answered')
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--destination <id>', 'only to this destination')
    .option('--state <states>', 'pending, leased, retrying, held, delivered, rejected')
    .option('--code <code>', 'only with this code of the last failure')
    .option('--event-id <id>', 'only of events with this id')
    .option('--order-id <id>', 'only of events of this order')
    .option('--from <moment>', 'created from then on: unix seconds, a date, or 2h, 7d')
    .option('--to <moment>', 'created before then')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (id: string | undefined, flags: Flags) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/deliveries`
      if (id === undefined) return list(client, path, flags)
      const story = await client.json<DeliveryStory>('GET', `${path}/${pathPart(id)}`)
      if (flags.json) sayJson(story)
      else tell(story)
    })
}

export function addRequeue(program: Command): void {
  declareClient(program, 'requeue', {
    description:
      'Send again what was rejected (or, with --state, is held or retrying), under the same ids.',
    examples: [
      'twofold requeue --id d_k3f9ab.17.0',
      'twofold requeue --code 100/2804003',
      'twofold requeue --all --destination d_k3f9ab',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(
      '--id <id>',
      'this delivery; several times for several',
      (id: string, ids?: string[]) => [...(ids ?? []), id],
    )
    .option('--code <code>', 'all with this code')
    .option('--destination <id>', 'only to this destination')
    .option('--state <states>', 'rejected, held, retrying', 'rejected')
    .option('--all', 'all of them')
    .action(async (flags: Flags) => {
      if (!flags.all && flags.code === undefined && !flags.id) {
        throw wrongUsage('Say which: --id ID, --code CODE or --all.')
      }
      const client = clientOf(flags)
      const dataset = `/api/datasets/${await datasetIdOf(client, flags)}`
      const done = await requeue(client, dataset, flags)
      if (flags.json) sayJson(done)
      else say(requeuedWords(done))
    })
}

/** A try for those on hold is one for all that waits behind them. */
function requeuedWords({ requeued, waiting }: RequeuedAnswer): string {
  const again = `${countOf(requeued, 'event')} on the way again.`
  return waiting > requeued ? `${again} ${count(waiting)} wait to be sent in all.` : again
}

async function requeue(client: Client, dataset: string, flags: Flags): Promise<RequeuedAnswer> {
  const [path, deliveries] = [`${dataset}/destinations`, `${dataset}/deliveries`]
  const ids = flags.id ?? []
  // All of them first: who mistyped one is told before anything is sent.
  for (const id of ids) await client.json('GET', `${deliveries}/${pathPart(id)}`)
  const own = (destination: string): string[] =>
    ids.filter((id) => id.startsWith(`${destination}.`))
  let requeued = 0
  let waiting = 0
  for (const destination of await destinationsOf(client, path, flags)) {
    if (ids.length > 0 && own(destination).length === 0) continue
    const answer = await client.json<RequeuedAnswer>('POST', `${path}/${destination}/requeue`, {
      states: flags.state?.split(','),
      ...(flags.code === undefined ? {} : { code: flags.code }),
      ...(ids.length > 0 ? { delivery_ids: own(destination) } : {}),
    })
    requeued += answer.requeued
    waiting += answer.waiting
  }
  return { requeued, waiting }
}

async function destinationsOf(client: Client, path: string, flags: Flags): Promise<string[]> {
  if (flags.destination !== undefined) return [pathPart(flags.destination)]
  const { destinations } = await client.json<DestinationsAnswer>('GET', path)
  return destinations.map(({ destination_id }) => destination_id)
}

async function list(client: Client, path: string, flags: Flags): Promise<void> {
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1) {
    throw wrongUsage('--limit is a whole number from 1 on.')
  }
  const query = queryOf(flags)
  const found: DeliveryView[] = []
  let listed = 0
  for (let cursor: string | null = ''; cursor !== null && listed < limit; ) {
    query.set('limit', String(Math.min(DELIVERIES_PAGE_MAX, limit - listed)))
    query.set('cursor', cursor)
    const page: DeliveriesAnswer = await client.json('GET', `${path}?${query}`)
    cursor = page.next_cursor
    listed += page.deliveries.length
    if (flags.json) for (const delivery of page.deliveries) sayJson(delivery)
    else found.push(...page.deliveries)
  }
  if (!flags.json) say(found.length > 0 ? tableOf(found) : 'No such delivery.')
}

function queryOf(flags: Flags): URLSearchParams {
  const nowS = Date.now() / 1000
  const moment = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : String(parseMoment(text, nowS))
  const wanted = {
    destination_id: flags.destination,
    state: flags.state,
    code: flags.code,
    event_id: flags.eventId,
    order_id: flags.orderId,
    from: moment(flags.from),
    to: moment(flags.to),
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) query.set(name, value)
  }
  return query
}

function tableOf(deliveries: readonly DeliveryView[]): string {
  const rows = deliveries.map((one) => [
    one.delivery_id,
    time((one.settled_ms ?? one.created_ms) / 1000),
    plain(one.event?.event_name ?? '-'),
    plain(one.event?.event_id ?? '-'),
    one.copy,
    one.state,
    count(one.attempts),
    plain(one.state === 'delivered' ? '' : [one.code, one.detail].filter(Boolean).join(': ')),
  ])
  const head = ['id', 'at (UTC)', 'event', 'event_id', 'copy', 'state', 'tries', '']
  return table([head, ...rows], [6])
}

function tell({ delivery, payload, payload_problem }: DeliveryStory): void {
  const { exchange } = delivery
  say(tableOf([delivery]))
  if (exchange) {
    const { url, status, ms, events, answer } = exchange
    say(`\n${plain(url)}: ${status || 'no answer'} after ${ms} ms, ${countOf(events, 'event')}`)
    say(plain(answer))
  }
  say(
    payload_problem
      ? `\nNothing would leave now: ${plain(payload_problem.detail)} (${plain(payload_problem.code)})`
      : `\nWhat leaves, with the settings of now:\n${JSON.stringify(payload, undefined, 2)}`,
  )
}
