/** Connections and deliveries as a person at a terminal reads them. Called by source.ts. */
import type { ConnectionShown, SourceDeliveryView } from '../api/types.ts'
import { count, plain, table, time } from './output.ts'

export function tableOf(connections: readonly ConnectionShown[]): string {
  const rows = connections.map((one) => [
    one.connection_id,
    plain(one.name),
    one.source,
    conditionOf(one),
    count(one.states.translated),
    count(one.states.ignored),
    count(one.states.failed),
  ])
  const head = ['id', 'name', 'source', 'state', 'counted', 'ignored', 'failed']
  return table([head, ...rows], [4, 5, 6])
}

export function showConnection(one: ConnectionShown): string {
  const { connection_id, name, title, created_at, url, states, settings, refused } = one
  const last = one.last_received_ms
  return [
    `${plain(name)}  ${connection_id}  ${title}  added ${time(created_at)} UTC`,
    line('state', conditionOf(one)),
    line('address', url),
    line('last delivery', last === null ? 'none yet' : `${time(last / 1000)} UTC`),
    ...Object.entries(states).map(([state, n]) => line(state, count(n))),
    ...(refused
      ? [line('refused', `${count(refused.n)}, the last: ${plain(refused.detail)}`)]
      : []),
    ...pollLines(one),
    ...(one.problem ? [line('problem', plain(one.problem.detail))] : []),
    '',
    ...Object.entries(settings).map(([key, value]) => line(key, plain(JSON.stringify(value)))),
  ].join('\n')
}

const line = (label: string, text: string): string => `  ${label.padEnd(20)}${text}`

/** Of platforms that can be asked for their orders; none for others. */
export function pollLines({ polling }: ConnectionShown): string[] {
  if (!polling) return []
  const { lacks, minutes, last_ms: last, round, trouble, last_order: newest } = polling
  if (lacks) return [line('orders', `not asked for: ${lacks}`)]
  const sums = round
    ? `, ${count(round.orders)} orders: ${count(round.added)} new, ${count(round.changed)} changed`
    : ''
  const unread = round && round.unread > 0
  return [
    line('asked for orders', minutes === null ? 'when told to' : `every ${count(minutes)} minutes`),
    line('last asked', last === null ? 'not yet' : `${time(last / 1000)} UTC${sums}`),
    ...(unread
      ? [line('not readable', `${count(round.unread)}: ${plain(polling.unread_detail ?? '')}`)]
      : []),
    ...(newest ? [line('newest sale', `${plain(newest.order_id)}, ${time(newest.at_s)} UTC`)] : []),
    ...(polling.meta_pixels.length > 0
      ? [line('mind', `Shopify’s own Meta channel feeds pixel ${polling.meta_pixels.join(', ')}`)]
      : []),
    ...(trouble ? [line('trouble', plain(trouble))] : []),
  ]
}

export function deliveryTable(deliveries: readonly SourceDeliveryView[]): string {
  const rows = deliveries.map((one) => [
    String(one.id),
    time(one.received_ms / 1000),
    plain(one.topic),
    one.state,
    one.events.map(({ event_name, event_id }) => `${event_name} ${event_id}`).join(', ') ||
      [one.reason, one.reason_words, one.detail].filter(Boolean).map(String).map(plain).join(' '),
  ])
  return table([['id', 'received (UTC)', 'topic', 'state', ''], ...rows])
}

function conditionOf({
  enabled,
  problem,
  needs_secret,
  last_received_ms,
  polling,
}: ConnectionShown): string {
  if (!enabled) return 'off'
  if (problem) return 'unusable'
  if (polling?.trouble) return 'asking fails'
  const isAsked = polling && polling.lacks === null && polling.minutes !== null
  if (needs_secret) return isAsked ? 'asked' : 'needs secret'
  return last_received_ms === null ? 'waiting' : 'receiving'
}
