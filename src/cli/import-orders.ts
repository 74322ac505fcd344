/**
 * `twofold import orders FILE.csv`: streams a file of orders to the server, which reads it in bounded
 * memory. Bad rows are written to a file beside it, each with its reason; good ones are kept.
 */
import type { Command } from 'commander'
import type { OrderImportAnswer } from '../api/types.ts'
import { keepBadRows } from './bad-rows.ts'
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
import { addOfflineImport } from './import-offline.ts'
import { count, countOf, plain, say, sayJson, table, time } from './output.ts'
import { requireFile, uploadFile } from './upload.ts'

interface Flags extends DatasetOptions {
  readonly column?: readonly string[]
  readonly currency?: string
  readonly zone?: string
  readonly prefix?: string
  readonly paid?: string
  readonly dryRun?: true
  readonly bad?: string
}

/** Bad rows shown in the terminal. */
const SHOWN = 10

export function addImport(program: Command): void {
  const parent = program
    .command('import')
    .description('Take files in: orders of a shop, offline sales.')
  const collect = (pair: string, before: readonly string[] = []): string[] => [...before, pair]
  declareClient(parent, 'orders <file>', {
    description:
      'Import the orders of a shop (CSV), to compare the count with. Told twice, nothing changes.',
    examples: [
      'twofold import orders orders.csv --dry-run',
      'twofold import orders orders.csv --zone Europe/Berlin',
      'twofold import orders orders.csv --column order_id=Id --column "time=Paid at"',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('-c, --column <what=name>', 'which column holds what; the rest is found', collect)
    .option('--currency <code>', 'currency of all, where no column says it')
    .option('--zone <zone>', 'of times without one; else that of the dataset')
    .option('--prefix <text>', 'put in front of every order id')
    .option('--paid <words>', 'words of the status column that mean sold; with commas')
    .option('--dry-run', 'read all of it, write nothing')
    .option('--bad <file>', 'where bad rows go [else FILE.bad.csv]')
    .action(async (file: string, flags: Flags) => {
      const report = await upload(file, flags)
      if (flags.json) sayJson(report)
      else describe(report)
      await keepBadRows(file, flags.bad, report)
      if (report.stopped?.line === 1) throw badHead(report.stopped)
      if (report.bad > 0 || report.stopped) {
        throw new CliError(EXIT.failed, 'bad_rows', {
          message: `${countOf(report.bad, 'bad row')}${report.stopped ? ', and the file ends early' : ''}.`,
          fix: 'Mend them and import the file again: good rows are not counted twice.',
        })
      }
    })
  addOfflineImport(parent)
}

async function upload(file: string, flags: Flags): Promise<OrderImportAnswer> {
  requireFile(file)
  const client = clientOf(flags)
  const datasetId = await datasetIdOf(client, flags)
  const path = `/api/datasets/${datasetId}/order-imports?${queryOf(flags)}`
  return uploadFile(file, { client, path, type: 'text/csv' })
}

function queryOf({ column = [], currency, zone, prefix, paid, dryRun }: Flags): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of column) {
    const at = pair.indexOf('=')
    if (at < 1) throw wrongUsage(`--column is "${pair}".`, 'Write --column "time=Paid at".')
    query.set(pair.slice(0, at), pair.slice(at + 1))
  }
  const rest = { all_in: currency, zone, prefix, paid, dry_run: dryRun && 'true' }
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value)
  return query
}

function describe(report: OrderImportAnswer): void {
  const { rows, added, changed, same, bad, further, faults, stopped, dry_run } = report
  sayColumns(report)
  const verb = dry_run ? 'Would add' : 'Added'
  say(
    `${countOf(rows, 'order')}: ${verb} ${count(added)}, changed ${count(changed)}, known ` +
      `${count(same)}.${further > 0 ? ` ${countOf(further, 'row')} of further products.` : ''}`,
  )
  if (report.first_s !== null && report.last_s !== null) {
    say(`From ${time(report.first_s)} to ${time(report.last_s)} (UTC).`)
  }
  if (bad > 0) {
    const shown = faults.slice(0, SHOWN)
    const lines = shown.map(({ line, column, reason }) => [String(line), plain(column), reason])
    say(table([['line', 'column', 'what is wrong'], ...lines], [0]))
  }
  if (stopped) say(`Line ${stopped.line}: ${stopped.reason} Nothing after it was read.`)
}
