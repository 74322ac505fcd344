/** `twofold consents export`: the consent of every event, as proof, to a file or a pipe. */
import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { parseMoment } from './moment.ts'
import { note, say, sayJson } from './output.ts'

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
      const { output, json } = flags
      if (output !== undefined && existsSync(output) && !flags.force) {
        throw wrongUsage(`${output} exists already.`, 'Give another name, or --force.')
      }
      const client = clientOf(flags)
      const datasetId = await datasetIdOf(client, flags)
      const path = `/api/datasets/${datasetId}/consents?${queryOf(flags)}`
      const response = await client.open(path)
      await save(response, output)
      if (output === undefined) return
      if (json) sayJson({ file: output })
      else say(`Saved the consents to ${output}.`)
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

/** Under another name until it is whole: a part of a proof must not look like one. */
async function save(response: Response, file: string | undefined): Promise<void> {
  const body = Readable.fromWeb(response.body ?? new ReadableStream())
  const part = `${file}.part`
  try {
    if (file === undefined) {
      for await (const chunk of body) {
        if (!process.stdout.write(chunk)) await drained()
      }
      return
    }
    await pipeline(body, createWriteStream(part))
    await rename(part, file)
  } catch (error) {
    if (file === undefined) note('The export is not whole.')
    else await rm(part, { force: true })
    const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
    throw new CliError(EXIT.failed, 'export_failed', {
      message: `The consents were not exported (${cause}).`,
      fix: 'See the server log, check the free space, then try again.',
    })
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.once('drain', resolve))
}
