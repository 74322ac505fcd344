/**
 * Sample events on their way in: through the door of all events, and once more through the same
 * pipeline over an empty store of a moment, which tells what would become of them if they counted.
 * Made by main.ts for the API; what the samples are made of stands in api/sample-reports.ts.
 */
import { hash } from 'node:crypto'
import type { SampleDoor, SampleFate, SamplesToSend } from './api/ports.ts'
import { SAMPLE_ADDRESS, SAMPLE_AGENT, type SampleReport } from './api/sample-reports.ts'
import { isBot } from './collector/bots.ts'
import { TwofoldError } from './errors.ts'
import type { Dataset } from './event/dataset.ts'
import { createIngest } from './ingest/accept.ts'
import type { Accept, Delivery, Outcome } from './ingest/ingest.ts'
import type { StepPorts } from './ingest/steps.ts'
import { memoryStore } from './store/drivers/memory.ts'

interface SampleDoorPorts {
  readonly accept: Accept
  readonly findDataset: (id: string) => Dataset | undefined
  readonly rulesOf: StepPorts['rulesOf']
  readonly nowMs: () => number
}

export function createSampleDoor(ports: SampleDoorPorts): SampleDoor {
  const { accept, findDataset } = ports
  const existing = (id: string): Dataset => {
    const dataset = findDataset(id)
    if (!dataset) throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
    return dataset
  }
  return {
    send: (samples) => takeIn(accept, existing(samples.dataset_id), samples),
    rehearse: (samples) => takeIn(rehearsal(ports), existing(samples.dataset_id), samples),
  }
}

/** The pipeline as it is, with nothing before and nothing kept. */
function rehearsal({ nowMs, rulesOf }: SampleDoorPorts): Accept {
  const ingest = createIngest({
    store: memoryStore(),
    nowMs,
    routesOf: () => [],
    clockMs: () => 0,
    soon: setImmediate,
    sha256: (text) => hash('sha256', text),
    isBot,
    rulesOf,
    onCommitted: () => undefined,
    onError: () => undefined,
    onStep: () => undefined,
  })
  return ingest.accept
}

/**
 * Each as a request of its own, in order: one that is refused must not take others along, and the
 * order says which report is the later one.
 */
async function takeIn(
  accept: Accept,
  dataset: Dataset,
  { reports, test_event_code }: SamplesToSend,
): Promise<readonly SampleFate[]> {
  const code = test_event_code === undefined ? {} : { test_event_code }
  const answers = await Promise.all(
    reports.map(async (report) => accept(deliveryOf(dataset, report, code))),
  )
  return answers.map(([outcome]) => {
    if (!outcome) throw new TwofoldError('internal', 'A sample was not answered.')
    return fateOf(outcome)
  })
}

function deliveryOf(
  dataset: Dataset,
  { channel, event }: SampleReport,
  code: { readonly test_event_code?: string },
): Delivery {
  const bytes = JSON.stringify(event).length
  const isBrowser = channel === 'browser'
  const consent = { state: 'granted', signal: isBrowser ? 'fbq' : 'api' } as const
  const browser = isBrowser ? { browser: { method: 'track', mode: 'replace' } as const } : {}
  return {
    dataset,
    envelope: { channel, via: isBrowser ? 'pixel' : 'graph', ...code },
    events: [event],
    perEvent: [{ consent, ...browser }],
    ...(isBrowser ? { visitor: VISITOR } : {}),
    bytes,
  }
}

const VISITOR = { client_ip_address: SAMPLE_ADDRESS, client_user_agent: SAMPLE_AGENT }

function fateOf({ seq, verdict, reason, matched_by, findings, problem }: Outcome): SampleFate {
  return {
    seq,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(matched_by === undefined ? {} : { matched_by }),
    ...(findings === undefined ? {} : { findings }),
    ...(problem === undefined ? {} : { message: problem.message }),
  }
}
