/**
 * The file destination: events as NDJSON or Parquet in a folder of the server or in an S3 store,
 * a folder per dataset and day or hour. One batch makes one file per such folder, named after its
 * events: the same batch written again replaces it. For users: docs/destinations/file.md.
 */
import { hash } from 'node:crypto'
import { FILE_BYTES_MAX, FILE_EVENTS_MAX } from '../limits.ts'
import type {
  Destination,
  Exchange,
  OutboundEvent,
  Outcome,
  SendPorts,
  Sent,
} from './destination.ts'
import { bytesOf, entryOf, extensionOf } from './file-bytes.ts'
import { fileExamples } from './file-examples.ts'
import { type FileSettings, fileSettingsSchema } from './file-settings.ts'
import { writeIntoFolder } from './local-folder.ts'
import { putObject } from './s3-object.ts'

export interface FileDestinationParts {
  /** Below it the target `folder` writes; undefined where it may not. Made if its parent exists. */
  readonly folder: string | undefined
}

export function createFileDestination(parts: FileDestinationParts): Destination<FileSettings> {
  return {
    name: 'file',
    title: 'Files',
    about: 'Writes events as Parquet or NDJSON files into a folder or an S3 store.',
    schema: fileSettingsSchema,
    bounds: {
      eventsMax: FILE_EVENTS_MAX,
      bytesMax: FILE_BYTES_MAX,
      inFlightMax: 2,
      ageMsMax: () => Number.POSITIVE_INFINITY,
    },
    accepts: () => true,
    payloadOf: entryOf,
    send: (events, settings, ports) => sendFiles(events, settings, { ...ports, ...parts }),
    examples: fileExamples,
  }
}

type FilePorts = SendPorts & FileDestinationParts

/** No failure is about one event: after the first one the rest of the batch meets the same. */
async function sendFiles(
  events: readonly OutboundEvent[],
  settings: FileSettings,
  ports: FilePorts,
): Promise<Sent> {
  const outcomes = new Map<OutboundEvent, Outcome>()
  const exchanges: Exchange[] = []
  let failed: Outcome | undefined
  for (const [folder, group] of Map.groupBy(events, (event) => folderOf(event, settings))) {
    if (!failed) {
      const { outcome, exchange } = await sendFile({ folder, events: group }, settings, ports)
      if (exchange) exchanges.push(exchange)
      if (outcome.state !== 'delivered') failed = outcome
    }
    for (const event of group) outcomes.set(event, failed ?? { state: 'delivered' })
  }
  return { outcomes: events.map((event) => outcomes.get(event) as Outcome), exchanges }
}

interface OneFile {
  readonly folder: string
  readonly events: readonly OutboundEvent[]
}

async function sendFile(
  { folder, events }: OneFile,
  settings: FileSettings,
  ports: FilePorts,
): Promise<{ readonly outcome: Outcome; readonly exchange?: Exchange }> {
  if (ports.signal.aborted) {
    const detail = 'The time for this batch was over before the file was written.'
    return { outcome: { state: 'retry', code: 'timeout', detail } }
  }
  const name = nameOf(events, settings)
  const folders = [...settings.path.split('/'), ...folder.split('/')].filter((one) => one !== '')
  const bytes = await bytesOf(events, settings)
  const key = [...folders, name].join('/')
  if (settings.target === 's3')
    return putObject({ key, bytes, events: events.length }, settings, ports)
  if (ports.folder === undefined) {
    const detail = 'Files on the server are switched off; the operator sets TWOFOLD_EXPORTS.'
    return { outcome: { state: 'held', code: 'switched_off', detail } }
  }
  const startedMs = ports.nowMs()
  const { folder: root, random } = ports
  const outcome = await writeIntoFolder({ root, folders, name, bytes, random })
  const delivered = outcome.state === 'delivered'
  const exchange = {
    url: `file:${key}`,
    status: delivered ? 200 : 0,
    ms: ports.nowMs() - startedMs,
    events: events.length,
    answer: delivered ? `${bytes.length} bytes written` : outcome.detail,
  }
  return { outcome, exchange }
}

/** In the form of Hive, which DuckDB, Spark and Athena read as columns. */
function folderOf({ event, envelope }: OutboundEvent, { partition }: FileSettings): string {
  const time = new Date(event.event_time * 1000).toISOString()
  const dataset = `dataset=${encodeURIComponent(envelope.dataset_id)}`
  const day = `${dataset}/date=${time.slice(0, 10)}`
  return partition === 'hour' ? `${day}/hour=${time.slice(11, 13)}` : day
}

function nameOf(events: readonly OutboundEvent[], settings: FileSettings): string {
  const keys = events.map(({ key }) => key).sort()
  return `${hash('sha256', keys.join('\n')).slice(0, 32)}${extensionOf(settings)}`
}
