/**
 * `twofold reconcile`: does the count equal the orders? By day and by reason, as the page shows it;
 * with --send the orders that nobody reported are sent.
 */
import type { Command } from 'commander'
import type { DayRowsAnswer, ReconciliationAnswer, SentAnswer } from '../api/types.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT } from './exit.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'

interface Flags extends DatasetOptions {
  readonly from?: string
  readonly to?: string
  readonly rows?: true
  readonly send?: true
  readonly dryRun?: true
  readonly older?: true
  readonly above?: string
}

interface Place {
  readonly client: Client
  readonly path: string
}

export function addReconcile(program: Command): void {
  declareClient(program, 'reconcile', {
    description:
      'Does the count equal the orders? By day and reason. --send sends what nobody reported.',
    examples: [
      'twofold reconcile',
      'twofold reconcile --from 2026-11-20 --to 2026-11-27 --rows',
      'twofold reconcile --send --dry-run',
      'twofold reconcile --above 1',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--from <day>', 'first day of the shop, such as 2026-11-20 [else a week ago]')
    .option('--to <day>', 'last day [else today]')
    .option('--rows', 'list every order and purchase that does not fit')
    .option('--send', 'send the orders that nobody reported')
    .option('--dry-run', 'with --send: only say what would be sent')
    .option('--older', 'with --send: orders older than the dataset, if nothing told of them')
    .option('--above <percent>', 'end with 1 when the count is further off than this')
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/reconciliation`
      const place = { client, path }
      if (flags.send) return send(place, flags)
      const query = new URLSearchParams(daysOf(flags))
      const answer = await client.json<ReconciliationAnswer>('GET', `${path}?${query}`)
      if (flags.json) sayJson(answer)
      else report(answer)
      if (flags.rows && !flags.json) await listRows(place, answer)
      refuseAbove(answer, flags)
    })
}

const daysOf = ({ from, to }: Flags): Record<string, string> => ({
  ...(from ? { from } : {}),
  ...(to ? { to } : {}),
})

async function send({ client, path }: Place, flags: Flags): Promise<void> {
  const body = { ...daysOf(flags), dry_run: flags.dryRun === true, older: flags.older === true }
  const done = await client.json<SentAnswer>('POST', `${path}/send`, body)
  if (flags.json) return sayJson(done)
  const { missing, sendable, sent, unsent, refused, dry_run } = done
  if (missing === 0) return say('No order is missing.')
  say(
    dry_run
      ? `${countOf(missing, 'order')} missing: ${count(sendable)} would be sent.`
      : `${countOf(missing, 'order')} missing: ${count(sent)} sent.`,
  )
  for (const [reason, n] of Object.entries({ ...unsent, ...refused })) {
    say(`  not sent, ${reason}: ${count(n)}`)
  }
}

function report({ orders_from, zone, total, reports, days }: ReconciliationAnswer): void {
  if (orders_from === 'none') {
    say('Nothing says what was sold. Connect a shop and set orders_from to webhooks, or import')
    say('orders (twofold import orders FILE.csv) and set it to csv.')
    return
  }
  const { orders, counted, missing, extra, left_out, discrepancy } = total
  say(`${countOf(orders, 'order')} (${orders_from}), days of ${zone}.`)
  say(
    `${countOf(reports.received, 'report')} of purchases: ${count(reports.duplicate)} duplicates, ` +
      `${count(reports.dropped)} dropped, ${count(reports.rejected)} rejected, ` +
      `${count(reports.counted)} counted.`,
  )
  say(
    `${count(counted)} counted, ${count(missing)} missing, ${count(extra)} extra, ` +
      `${count(left_out)} left out on purpose.`,
  )
  if (total.elsewhere > 0) {
    say(
      `${countOf(total.elsewhere, 'sale')} in stores or by phone, not in the orders of this shop.`,
    )
  }
  say(`Off by ${percent(discrepancy)}; the browser alone ${percent(total.browser_alone)};`)
  say(`both, by event ids alone, ${percent(total.ids_alone)}.\n`)
  const rows = days.map((day) => [
    day.day,
    ...[day.orders, day.counted, day.browser, day.server, day.missing, day.extra].map(count),
    percent(day.discrepancy),
  ])
  const head = ['day', 'orders', 'counted', 'browser', 'server', 'missing', 'extra', 'off by (95%)']
  say(table([head, ...rows], [1, 2, 3, 4, 5, 6]))
  const reasons = Object.entries(total.reasons).sort(([, a], [, b]) => b - a)
  if (reasons.length > 0) {
    say(`\n${table([['n', 'why'], ...reasons.map(([name, n]) => [count(n), name])], [0])}`)
  }
  for (const { currency, orders: sold, counted: sum, difference } of total.money) {
    say(`\n${currency}: orders ${sold}, counted ${sum}, difference ${difference}`)
  }
}

function percent({ share, low, high }: ReconciliationAnswer['total']['discrepancy']): string {
  if (share === null) return 'nothing to compare'
  const of = (part: number): string => (100 * part).toFixed(1)
  return `${of(share)} % (${of(low)}-${of(high)})`
}

async function listRows({ client, path }: Place, { days }: ReconciliationAnswer): Promise<void> {
  const lines: string[][] = []
  for (const { day, missing, extra, differs, left_out } of days) {
    const of = missing + extra + differs + left_out
    for (let offset = 0; of > 0; offset += 500) {
      const page = `${path}/${day}?limit=500&offset=${offset}`
      const { rows } = await client.json<DayRowsAnswer>('GET', page)
      for (const { at, kind, order_id, reason, detail, amount, currency, counted } of rows) {
        const sold = amount === null ? '' : `${amount} ${currency}`
        const seen = counted?.amount ? `${counted.amount} ${counted.currency ?? ''}` : ''
        const why = `${reason ?? ''}${detail === null ? '' : ` (${detail})`}`
        lines.push([time(at), kind, plain(order_id ?? ''), sold, seen, plain(why)])
      }
      if (rows.length < 500) break
    }
  }
  const head = ['time (UTC)', 'kind', 'order', 'sold', 'counted', 'why']
  say(lines.length > 0 ? `\n${table([head, ...lines])}` : '\nEverything fits.')
}

function refuseAbove({ total }: ReconciliationAnswer, { above }: Flags): void {
  const share = total.discrepancy.share ?? 0
  if (above === undefined || 100 * share <= Number(above)) return
  throw new CliError(EXIT.failed, 'count_differs', {
    message: `The count is off by ${(100 * share).toFixed(1)} %, more than ${above} %.`,
    fix: 'See why: twofold reconcile --rows. Send what nobody reported: twofold reconcile --send.',
  })
}
