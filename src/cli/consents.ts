/** `twofold consents export`: the consent of every event, as proof, to a file or a pipe. */
import type { Command } from 'commander'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { download } from './download.ts'
import { parseMoment } from './moment.ts'

interface Flags extends DatasetOptions {
  readonly from?: string
  readonly to?: string
  readonly eventId?: string
  readonly format: string
  readonly output?: string
  readonly force?: true
}

export function addConsents(program: Command): void {
  const consents = program
    .command('consents')
    .description('What visitors allowed, and what was made of it.')
  declareClient(consents, 'export', {
    description: 'Write one record per event: signal, decision per destination, what was removed.',
    examples: [
      'twofold consents export --from 30d --output consents.ndjson',
      'twofold consents export --format csv --output consents.csv',
      'twofold consents export --event-id order-17',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--from <moment>', 'received from then on: unix seconds, a date, or 2h, 7d')
    .option('--to <moment>', 'received before then')
    .option('--event-id <id>', 'only events with this id')
    .option('--format <format>', 'ndjson or csv', 'ndjson')
    .option('-o, --output <file>', 'a file; without it, stdout')
    .option('--force', 'replace the file if it exists')
    .action(async (flags: Flags) => {
      const { output, force = false, json = false } = flags
      await download({ what: 'the consents', output, force, json }, async () => {
        const client = clientOf(flags)
        const datasetId = await datasetIdOf(client, flags)
        return client.open(`/api/datasets/${datasetId}/consents?${queryOf(flags)}`)
      })
    })
}

function queryOf({ from, to, eventId, format }: Flags): URLSearchParams {
  const nowS = Date.now() / 1000
  const query = new URLSearchParams({ format })
  if (from !== undefined) query.set('from', String(parseMoment(from, nowS)))
  if (to !== undefined) query.set('to', String(parseMoment(to, nowS)))
  if (eventId !== undefined) query.set('event_id', eventId)
  return query
}
