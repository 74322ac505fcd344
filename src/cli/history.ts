/** `twofold history`: who changed what and when, of everything, a business or a dataset. */
import { type Command, InvalidArgumentError } from 'commander'
import type { HistoryAnswer, HistoryEntryView } from '../api/types.ts'
import { BUSINESS_FLAGS } from './business.ts'
import { type ClientOptions, clientOf, DATASET_FLAGS, declareClient, pathPart } from './command.ts'
import { download } from './download.ts'
import { wrongUsage } from './exit.ts'
import { plain, say, sayJson, table, time } from './output.ts'

interface Flags extends ClientOptions {
  readonly dataset?: string
  readonly business?: string
  readonly limit: number
  readonly export?: string
  readonly output?: string
  readonly force?: true
}

export function addHistory(program: Command): void {
  declareClient(program, 'history', {
    description: 'Show who changed what, the newest first; nothing in it can be changed.',
    examples: [
      'twofold history',
      'twofold history --dataset 123456789012345 --limit 10',
      'twofold history --export csv --output history.csv',
    ],
  })
    .option(DATASET_FLAGS, 'only of this dataset')
    .option(BUSINESS_FLAGS, 'only of this business and its datasets')
    .option('--limit <n>', 'entries to show, 1 to 200', wholeNumber, 50)
    .option('--export <csv|ndjson>', 'everything, as a stream')
    .option('--output <file>', 'with --export: into this file; else to stdout')
    .option('--force', 'with --output: replace the file')
    .action(showHistory)
}

async function showHistory(flags: Flags): Promise<void> {
  const client = clientOf(flags)
  const path = pathOf(flags)
  if (flags.export !== undefined) {
    if (!['csv', 'ndjson'].includes(flags.export)) {
      throw wrongUsage('--export is csv or ndjson.')
    }
    const output = flags.output
    const asked = { what: 'the history', output, force: flags.force === true }
    return download({ ...asked, json: flags.json === true }, () =>
      client.open(`${path}?format=${flags.export}`),
    )
  }
  const answer = await client.json<HistoryAnswer>('GET', `${path}?limit=${flags.limit}`)
  if (flags.json) return sayJson(answer)
  say(table([['when (UTC)', 'who', 'what', 'details'], ...answer.entries.map(rowOf)]))
}

function pathOf({ dataset, business }: Flags): string {
  if (dataset !== undefined && business !== undefined) {
    throw wrongUsage('Give --dataset or --business, not both.')
  }
  if (dataset !== undefined) return `/api/datasets/${pathPart(dataset)}/history`
  if (business !== undefined) return `/api/businesses/${pathPart(business)}/history`
  return '/api/history'
}

function rowOf({ at, by_kind, by_name, words, name, details }: HistoryEntryView): string[] {
  const who = by_name || (by_kind === 'nobody' ? 'the server itself' : 'somebody')
  const facts = Object.entries(details).map(([key, value]) => `${key}: ${value}`)
  const what = name ? `${words}: ${name}` : words
  return [time(at), plain(who), plain(what), plain(facts.join(', '))]
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a number.')
  return value
}
