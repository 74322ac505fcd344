/**
 * `twofold catalog`: product feeds from files and addresses, what is in the catalog, and how reports
 * agree with it. A file is streamed; the server reads it in bounded memory.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type {
  CatalogAnswer,
  CatalogImportAnswer,
  CatalogReportAnswer,
  CatalogSourceRequest,
  ProductsAnswer,
} from '../api/types.ts'
import { describeImport, describeProducts, describeReport, describeStatus } from './catalog-text.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { confirm } from './confirm.ts'
import { CliError, EXIT, wrongUsage } from './exit.ts'
import { say, sayJson } from './output.ts'
import { requireFile, uploadFile } from './upload.ts'

interface ImportFlags extends DatasetOptions {
  readonly every?: number
  readonly currency?: string
  readonly dryRun?: true
  readonly confirm?: true
}

export function addCatalog(program: Command): void {
  const parent = program
    .command('catalog')
    .description('Products of the shop, from its feed, and how events agree with them.')
  addImport(parent)
  addStatus(parent)
  addShow(parent)
  addReport(parent)
  addFetch(parent)
  addRemove(parent)
}

function addImport(parent: Command): void {
  declareClient(parent, 'import <file-or-url>', {
    description:
      'Import a product feed (CSV, TSV, RSS or Atom, plain or gzip). An address is fetched again ' +
      'and again. The former catalog stands until the new one was read to its end.',
    examples: [
      'twofold catalog import feed.csv --dry-run',
      'twofold catalog import feed.xml.gz --currency EUR',
      'twofold catalog import https://shop.example.com/feed.xml --every 6',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--every <hours>', 'how often an address is fetched [24]', hoursIn)
    .option('--currency <code>', 'currency of prices that name none')
    .option('--dry-run', 'read all of a file, change nothing')
    .option('--confirm', 'take it although more than half of the products are gone')
    .action(async (what: string, flags: ImportFlags) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const isUrl = /^https?:\/\//i.test(what)
      const report = await (isUrl ? fetchFrom : upload)(what, flags, { client, id })
      finish(report, flags)
    })
}

interface To {
  readonly client: Client
  readonly id: string
}

async function fetchFrom(
  url: string,
  { every, currency, dryRun, confirm: confirmed }: ImportFlags,
  { client, id }: To,
): Promise<CatalogImportAnswer> {
  if (dryRun) throw wrongUsage('--dry-run is for files.', 'Fetch the feed to a file, and try that.')
  const source: CatalogSourceRequest = {
    url,
    ...(every === undefined ? {} : { every_hours: every }),
    ...(currency === undefined ? {} : { currency }),
  }
  await client.json('PUT', `/api/datasets/${id}/catalog/source`, source)
  const body = { confirm: confirmed === true }
  return client.json('POST', `/api/datasets/${id}/catalog/fetch`, body)
}

async function upload(
  file: string,
  { currency, dryRun, confirm: confirmed, every }: ImportFlags,
  { client, id }: To,
): Promise<CatalogImportAnswer> {
  if (every !== undefined)
    throw wrongUsage('--every is for addresses.', 'Give the URL of the feed.')
  requireFile(file)
  const query = new URLSearchParams({
    ...(currency === undefined ? {} : { currency }),
    ...(dryRun ? { dry_run: 'true' } : {}),
    ...(confirmed ? { confirm: 'true' } : {}),
  })
  const path = `/api/datasets/${id}/catalog/imports?${query}`
  return uploadFile(file, { client, path, type: 'application/octet-stream' })
}

/** Bad rows alone are no failure: ad platforms leave such products out, too. */
function finish(report: CatalogImportAnswer, flags: ImportFlags): void {
  if (flags.json) sayJson(report)
  else describeImport(report)
  if (['taken', 'tried', 'unchanged'].includes(report.result)) return
  const isShrunk = report.result === 'shrunk'
  throw new CliError(EXIT.failed, `feed_${report.result}`, {
    message: `The feed was not taken; ${report.before > 0 ? 'the former catalog stands' : 'there is no catalog'}.`,
    fix: isShrunk
      ? 'If these products are really gone, add --confirm.'
      : 'Mend what is named above, and import it again.',
  })
}

function addStatus(parent: Command): void {
  declareClient(parent, 'status', {
    description: 'How many products there are, from where, and what became of the last imports.',
    examples: ['twofold catalog status', 'twofold catalog status --json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .action(async (flags: DatasetOptions) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const answer = await client.json<CatalogAnswer>('GET', `/api/datasets/${id}/catalog`)
      if (flags.json) sayJson(answer)
      else describeStatus(answer)
    })
}

interface ShowFlags extends DatasetOptions {
  readonly unseen?: true
  readonly limit: number
}

function addShow(parent: Command): void {
  declareClient(parent, 'show [search]', {
    description: 'List products, or those whose id, group or title holds a text.',
    examples: [
      'twofold catalog show',
      'twofold catalog show shirt',
      'twofold catalog show --unseen',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--unseen', 'only those that no event named in 28 days')
    .option('--limit <n>', 'how many at most', limitIn, 50)
    .action(async (search: string | undefined, flags: ShowFlags) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const query = new URLSearchParams({
        limit: String(flags.limit),
        ...(search === undefined ? {} : { search }),
        ...(flags.unseen ? { unseen: 'true' } : {}),
      })
      const path = `/api/datasets/${id}/catalog/products?${query}`
      const answer = await client.json<ProductsAnswer>('GET', path)
      if (flags.json) sayJson(answer)
      else describeProducts(answer)
    })
}

function addReport(parent: Command): void {
  declareClient(parent, 'report', {
    description: 'How events agree with the catalog: ids, groups, prices, currencies.',
    examples: ['twofold catalog report', 'twofold catalog report --window 7d --json'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .addOption(
      new Option('--window <window>', 'the last 48 hours or 7 days')
        .choices(['48h', '7d'])
        .default('48h'),
    )
    .action(async (flags: DatasetOptions & { readonly window: '48h' | '7d' }) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const path = `/api/datasets/${id}/catalog/report?window=${flags.window}`
      const answer = await client.json<CatalogReportAnswer>('GET', path)
      if (flags.json) sayJson(answer)
      else describeReport(answer, flags.window)
    })
}

function addFetch(parent: Command): void {
  declareClient(parent, 'fetch', {
    description: 'Fetch the feed from its address now.',
    examples: ['twofold catalog fetch', 'twofold catalog fetch --confirm'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--confirm', 'take it although more than half of the products are gone')
    .action(async (flags: ImportFlags) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      const path = `/api/datasets/${id}/catalog/fetch`
      finish(await client.json('POST', path, { confirm: flags.confirm === true }), flags)
    })
}

function addRemove(parent: Command): void {
  declareClient(parent, 'remove', {
    description: 'Remove the catalog with its address and imports, or only the address.',
    examples: ['twofold catalog remove --yes', 'twofold catalog remove --address'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--address', 'only stop fetching; the products stay')
    .option('-y, --yes', 'do not ask')
    .action(async (flags: DatasetOptions & { readonly address?: true; readonly yes?: true }) => {
      const client = clientOf(flags)
      const id = await datasetIdOf(client, flags)
      if (flags.address) {
        await client.json('DELETE', `/api/datasets/${id}/catalog/source`)
      } else {
        if (!flags.yes) await confirm(`All products of the catalog of ${id} will be removed.`)
        await client.json('DELETE', `/api/datasets/${id}/catalog`)
      }
      if (flags.json) sayJson({ removed: true })
      else say(flags.address ? 'The feed is not fetched any more.' : 'The catalog is removed.')
    })
}

function hoursIn(text: string): number {
  const hours = Number(text)
  if (Number.isInteger(hours) && hours >= 1 && hours <= 168) return hours
  throw new InvalidArgumentError('Give whole hours, 1 to 168.')
}

function limitIn(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 200) return limit
  throw new InvalidArgumentError('Give a number, 1 to 200.')
}
