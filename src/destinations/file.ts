/**
 * The file destination: events as NDJSON or Parquet in a folder of the server or in an S3 store,
 * a folder per dataset and day or hour. One batch makes one file per such folder, named after its
 * events: the same batch written again replaces it. For users: docs/destinations/file.md.
 */
import { hash } from 'node:crypto'
import { FILE_BYTES_MAX, FILE_EVENTS_MAX, FILE_GATHER_MS } from '../limits.ts'
import type { Destination, OutboundEvent, Outcome, SendPorts, Sent } from './destination.ts'
import { bytesOf, entryOf, extensionOf } from './file-bytes.ts'
import { fileExamples } from './file-examples.ts'
import { type FileSettings, fileSettingsSchema } from './file-settings.ts'
import { writeIntoFolder } from './local-folder.ts'
import { type ObjectWrite, putObject } from './s3-object.ts'
import { type Answer, settleBatch } from './settle-batch.ts'

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
      repeatMsMax: Number.POSITIVE_INFINITY,
      gatherMs: FILE_GATHER_MS,
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
  const { folder: root } = ports
  const isLocal = settings.target === 'folder'
  if (isLocal && root === undefined) return { outcomes: events.map(() => OFF), exchanges: [] }
  const folders = events.map((event) => folderOf(event, settings))
  return settleBatch({
    events,
    groups: [...Map.groupBy(events.keys(), (place) => folders[place]).values()],
    send: async (group) => {
      const [first] = group as readonly [OutboundEvent]
      const path = `${settings.path}/${folderOf(first, settings)}/${nameOf(group, settings)}`
      const names = path.split('/').filter((name) => name !== '')
      const bytes = await bytesOf(group, settings)
      const file = { key: names.join('/'), bytes, events: group.length }
      return isLocal ? writeFile(file, root ?? '', ports) : putObject(file, settings, ports)
    },
    signal: ports.signal,
  })
}

const OFF: Outcome = {
  state: 'held',
  code: 'switched_off',
  detail: 'Files on the server are switched off; the operator sets TWOFOLD_EXPORTS.',
}

async function writeFile(
  { key, bytes, events }: ObjectWrite,
  root: string,
  { nowMs, random }: SendPorts,
): Promise<Answer> {
  const startedMs = nowMs()
  const failure = await writeIntoFolder({ root, path: key.split('/'), bytes, random })
  const exchange = {
    url: `file:${key}`,
    status: failure ? 0 : 200,
    ms: nowMs() - startedMs,
    events,
    answer: failure ? failure.detail : `${bytes.length} bytes written`,
  }
  return { exchange, verdict: failure ? { kind: 'stop', outcome: failure } : { kind: 'taken' } }
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
