/** Destinations as a person at a terminal reads them. Called by destination.ts. */
import type { DestinationShown } from '../api/types.ts'
import { count, plain, table, time } from './output.ts'

export function tableOf(destinations: readonly DestinationShown[]): string {
  const rows = destinations.map(({ destination_id, name, type, status }) => [
    destination_id,
    plain(name),
    type,
    status.lane,
    count(status.states.delivered),
    count(status.waiting),
    count(status.states.rejected),
    status.alarm ? plain(status.alarm.detail) : '',
  ])
  const head = ['id', 'name', 'type', 'state', 'delivered', 'waiting', 'rejected', '']
  return table([head, ...rows], [4, 5, 6])
}

export function showDestination(one: DestinationShown): string {
  const { destination_id, name, title, created_at, enabled, settings, legs, status } = one
  const { alarm, last_error, let_go, oldest_waiting_ms, states, skipped } = status
  const lines = [
    `${plain(name)}  ${destination_id}  ${title}  added ${time(created_at)} UTC`,
    `  ${'state'.padEnd(20)}${status.lane}${enabled ? '' : ' (switched off)'}`,
    ...(alarm ? [`  ${'alarm'.padEnd(20)}${plain(alarm.detail)} (${plain(alarm.code)})`] : []),
    ...(last_error ? [`  ${'last error'.padEnd(20)}${errorWords(last_error)}`] : []),
    `  ${'events'.padEnd(20)}${count(status.created)} became deliveries`,
    ...Object.entries(states).map(([state, n]) => `  ${state.padEnd(20)}${count(n)}`),
    ...(let_go > 0 ? [`  ${'let go'.padEnd(20)}${count(let_go)} old dead letters`] : []),
    ...(oldest_waiting_ms === null
      ? []
      : [`  ${'oldest waiting'.padEnd(20)}${time(oldest_waiting_ms / 1000)} UTC`]),
    ...Object.entries(skipped).map(
      ([reason, n]) => `  ${`skipped ${reason}`.padEnd(20)}${count(n)}`,
    ),
    `  ${'legs'.padEnd(20)}${legs.default ? legs.default.send : 'recommended'}`,
    '  settings',
    ...Object.entries(settings).map(
      ([key, value]) => `    ${key.padEnd(18)}${plain(textOf(value))}`,
    ),
  ]
  return lines.join('\n')
}

/** A mended one is past, and says so first. */
function errorWords(error: NonNullable<DestinationShown['status']['last_error']>): string {
  const { code, detail, at_ms, mended_ms } = error
  const at = `${time(at_ms / 1000)} UTC`
  const when = mended_ms === null ? at : `mended at ${time(mended_ms / 1000)} UTC, was at ${at}`
  return `${when}: ${plain(detail)} (${plain(code)})`
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '(none)' : JSON.stringify(value)
