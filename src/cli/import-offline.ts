/**
 * `twofold import offline FILE.csv`: streams a file of sales by phone and in stores to the server,
 * which makes events of them. Bad rows are written to a file beside it, each with its reason; good
 * ones are counted.
 */
import type { Command } from 'commander'
import type { OfflineImportAnswer, OfflineStateAnswer } from '../api/types.ts'
import { keepBadRows } from './bad-rows.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT, wrongUsage } from './exit.ts'
import { badHead, sayColumns } from './file-columns.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'
import { requireFile, uploadFile } from './upload.ts'

interface Flags extends DatasetOptions {
  readonly column?: readonly string[]
  readonly event?: string
  readonly source?: string
  readonly currency?: string
  readonly crm?: string
  readonly zone?: string
  readonly prefix?: string
  readonly dryRun?: true
  readonly bad?: string
}

/** Bad rows shown in the terminal. */
const SHOWN = 10

/** `parent`: the command `import`. */
export function addOfflineImport(parent: Command): void {
  const collect = (pair: string, before: readonly string[] = []): string[] => [...before, pair]
  declareClient(parent, 'offline <file>', {
    description:
      'Import sales by phone and in stores (CSV): each row becomes an event. Told twice, it ' +
      'counts once.',
    examples: [
      'twofold import offline sales.csv --dry-run',
      'twofold import offline sales.csv --currency EUR --zone Europe/Berlin',
      'twofold import offline calls.csv --source phone_call --event Lead -c "time=Called at"',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('-c, --column <what=name>', 'which column holds what; the rest is found', collect)
    .option('--event <name>', 'what rows are that do not say it [else Purchase]')
    .option('--source <source>', 'where rows come from that do not say it [else physical_store]')
    .option('--currency <code>', 'currency of rows that do not say it')
    .option('--crm <name>', 'name of the CRM that stages of leads come from')
    .option('--zone <zone>', 'of times without one; else that of the dataset')
    .option('--prefix <text>', 'put in front of every order id')
    .option('--dry-run', 'read all of it, count nothing')
    .option('--bad <file>', 'where bad rows go [else FILE.bad.csv]')
    .action(async (file: string, flags: Flags) => {
      const report = await upload(file, flags)
      if (flags.json) sayJson(report)
      else describe(report)
      await keepBadRows(file, flags.bad, report)
      if (report.bad > 0 || report.stopped) throw failed(report)
    })
}

function failed({ bad, stopped }: OfflineImportAnswer): CliError {
  if (stopped?.line === 1) return badHead(stopped)
  return new CliError(EXIT.failed, 'bad_rows', {
    message: `${countOf(bad, 'bad row')}${stopped ? ', and the file ends early' : ''}.`,
    fix: 'Mend them and import the file again: good rows are not counted twice.',
  })
}

async function upload(file: string, flags: Flags): Promise<OfflineImportAnswer> {
  requireFile(file)
  const query = queryOf(flags)
  const client = clientOf(flags)
  const datasetId = await datasetIdOf(client, flags)
  const path = `/api/datasets/${datasetId}/offline-imports`
  const look = (): Promise<string | undefined> => rowsSoFar(client, path)
  return uploadFile(file, { client, path: `${path}?${query}`, type: 'text/csv', look })
}

/** Only for the eye: what goes wrong here says the import itself, too. */
async function rowsSoFar(client: Client, path: string): Promise<string | undefined> {
  const state = await client.json<OfflineStateAnswer>('GET', path).catch(() => undefined)
  const { rows, bad } = state?.running ?? {}
  if (rows === undefined) return undefined
  return `, ${countOf(rows, 'row')}${bad ? `, ${count(bad)} bad` : ''}`
}

function queryOf({ column = [], event, source, ...flags }: Flags): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of column) {
    const at = pair.indexOf('=')
    if (at < 1) throw wrongUsage(`--column is "${pair}".`, 'Write --column "time=Sold at".')
    query.set(`column_${pair.slice(0, at)}`, pair.slice(at + 1))
  }
  const { currency, crm, zone, prefix, dryRun } = flags
  const rest = { event_name: event, action_source: source, currency, crm, zone, prefix }
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value)
  if (dryRun) query.set('dry_run', 'true')
  return query
}

function describe(report: OfflineImportAnswer): void {
  const { rows, added, known, repeated, bad, nobody, dropped, stopped, dry_run } = report
  sayColumns(report)
  const verb = dry_run ? 'would count' : 'counted'
  say(
    `${countOf(rows, 'row')}: ${verb} ${count(added)}, known before ${count(known)}` +
      `${repeated > 0 ? `, repeated ${count(repeated)}` : ''}.`,
  )
  for (const [reason, n] of Object.entries(dropped)) say(`Left out (${reason}): ${count(n)}.`)
  if (nobody > 0) {
    say(`${countOf(nobody, 'row')} without e-mail, phone or name: no ad platform can match them.`)
  }
  if (report.first_s !== null && report.last_s !== null) {
    say(`From ${time(report.first_s)} to ${time(report.last_s)} (UTC).`)
  }
  if (bad > 0) {
    const shown = report.faults.slice(0, SHOWN)
    const lines = shown.map(({ line, column, reason }) => [String(line), plain(column), reason])
    say(table([['line', 'column', 'what is wrong'], ...lines], [0]))
  }
  if (stopped) say(`Line ${stopped.line}: ${stopped.reason} Nothing after it was read.`)
}
