/** `twofold doctor`: does the equation hold? Ends with 1 when it does not. */
import type { Command } from 'commander'
import type { DatasetsAnswer, DoctorAnswer } from '../api/types.ts'
import type { Client } from './client.ts'
import { clientOf, DATASET_FLAGS, type DatasetOptions, declareClient, pathPart } from './command.ts'
import { CliError, EXIT } from './exit.ts'
import { count, countOf, plain, say, sayJson, size, table } from './output.ts'
import { startProgress } from './progress.ts'

interface Flags extends DatasetOptions {
  readonly deep?: true
}

export function addDoctor(program: Command): void {
  declareClient(program, 'doctor', {
    description:
      'Check that nothing vanished: received = accepted + duplicate + dropped + rejected, and ' +
      'the deliveries to every destination add up.',
    examples: ['twofold doctor', 'twofold doctor --deep'],
  })
    .option(DATASET_FLAGS, 'only this dataset')
    .option('--deep', 'also read every stored event and compare; takes time')
    .action(async (flags: Flags) => {
      const answer = await examine(clientOf(flags), flags)
      if (flags.json) sayJson(answer)
      else report(answer)
      if (!answer.ok) {
        throw new CliError(EXIT.failed, 'equation_broken', {
          message: 'The equation does not hold.',
          fix: 'Keep a backup (twofold backup FILE) and report it: this is a defect.',
        })
      }
    })
}

/** Deep: one dataset a request, so that progress can be shown and no request takes for ever. */
async function examine(client: Client, { deep, dataset }: Flags): Promise<DoctorAnswer> {
  const one = dataset === undefined ? '' : `?dataset_id=${pathPart(dataset)}`
  if (!deep) return client.json('GET', `/api/doctor${one}`)
  const all = await client.json<DatasetsAnswer>('GET', '/api/datasets')
  const ids = dataset === undefined ? all.datasets.map(({ dataset_id }) => dataset_id) : [dataset]
  const progress = startProgress('Reading', ids.length)
  const answers: DoctorAnswer[] = []
  try {
    for (const id of ids) {
      progress.show(answers.length, `${countOf(answers.length, 'dataset')} of ${count(ids.length)}`)
      const path = `/api/doctor?deep=true&dataset_id=${pathPart(id)}`
      answers.push(await client.json<DoctorAnswer>('GET', path))
    }
  } finally {
    progress.end()
  }
  const last = answers.at(-1)
  if (!last) return client.json('GET', '/api/doctor')
  return {
    ok: answers.every(({ ok }) => ok),
    ...(last.store ? { store: last.store } : {}),
    datasets: answers.flatMap(({ datasets }) => datasets),
  }
}

const COLUMNS = ['received', 'accepted', 'duplicate', 'dropped', 'rejected'] as const

function report({ ok, store, datasets }: DoctorAnswer): void {
  const rows = datasets.map((dataset) => {
    const { received, accepted, duplicate, dropped, rejected } = dataset.counters
    return [
      plain(dataset.name),
      dataset.dataset_id,
      ...[received, accepted, duplicate, dropped, rejected].map(count),
      dataset.legs ? count(dataset.legs.received) : 'not read',
      dataset.ok ? 'ok' : 'BROKEN',
    ]
  })
  const head = ['dataset', 'id', ...COLUMNS, 'stored', '']
  say(rows.length > 0 ? table([head, ...rows], [2, 3, 4, 5, 6, 7]) : 'No dataset yet.')
  reportDeliveries(datasets)
  for (const { dataset_id, problems } of datasets) {
    for (const problem of problems) say(`  ${dataset_id}: ${problem}`)
  }
  if (store) {
    const { driver, schema_version, legs, bytes, bytes_free } = store
    say(
      `\nStore: ${driver} (schema ${schema_version}), ${countOf(legs, 'leg')}, ${size(bytes)}, ` +
        `${size(bytes_free)} of it free for reuse.`,
    )
  }
  if (ok) say('received = accepted + duplicate + dropped + rejected holds.')
  if (ok && datasets.some(({ deliveries }) => deliveries.length > 0)) {
    say('For every destination, accepted since it is there = created + skipped holds.')
    const states = 'pending + leased + retrying + held + delivered + rejected'
    say(`created + further = ${states} + let go holds.`)
  }
}

const STATES = ['pending', 'leased', 'retrying', 'held', 'delivered', 'rejected'] as const

function reportDeliveries(datasets: DoctorAnswer['datasets']): void {
  const rows = datasets.flatMap(({ dataset_id, deliveries }) =>
    deliveries.map(({ destination_id, created, created_further, let_go, states, skipped }) => [
      ...[dataset_id, destination_id, count(created), count(created_further)],
      ...STATES.map((state) => count(states[state])),
      count(let_go),
      count(Object.values(skipped).reduce((sum, n) => sum + n, 0)),
    ]),
  )
  if (rows.length === 0) return
  const head = ['dataset', 'destination', 'created', 'further', ...STATES, 'let go', 'skipped']
  say(`\n${table([head, ...rows], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])}`)
}
