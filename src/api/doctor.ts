/**
 * The proof of the promise: received = accepted + duplicate + dropped + rejected, from the counters
 * and, when asked, from a fold over every stored leg; and the same of every destination's
 * deliveries (doctor-deliveries.ts). Called by GET /api/doctor.
 */
import { INSTANCE } from '../access/caller.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import type { Leg } from '../event/shape.ts'
import type { CounterRow, Store } from '../store/store.ts'
import { countDeliveries, examineDeliveries } from './doctor-deliveries.ts'
import { examineMeant } from './doctor-meant.ts'
import { doctorQuerySchema, doctorSchema } from './doctor-schemas.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { DoctorAnswer } from './types.ts'

type Diagnosis = DoctorAnswer['datasets'][number]
type Equation = Diagnosis['counters']

const FOREVER_S = 99_999_999_999
const VERDICTS = ['accepted', 'duplicate', 'dropped', 'rejected'] as const
const METRICS = ['received', ...VERDICTS] as const

export const doctorRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/doctor',
    auth: { needs: 'read', on: 'own' },
    summary: 'Check that nothing vanished',
    description:
      'Per dataset: received = accepted + duplicate + dropped + rejected, from the counters; per ' +
      'destination: accepted since it is there = created + skipped, and created + ' +
      'created_further = the sum of the states of its deliveries + let_go. With ' +
      'deep=true everything stored is read too, and the counters must agree with it.',
    query: doctorQuerySchema,
    answer: { status: 200, description: 'ok says whether everything holds.', schema: doctorSchema },
    run: ({ query, may, reply }, context) => {
      const mayRead = ({ dataset_id: id }: Dataset): boolean => may('read', { on: 'dataset', id })
      const datasets = asked(context, query.dataset_id, mayRead)
      const gone = (): boolean => reply.raw.destroyed
      const whole = async () => {
        const store = may('own', INSTANCE) ? { store: await context.store.stats() } : {}
        const examine = query.deep === 'true' ? (id: string) => deep(context, id, gone) : undefined
        return {
          ...(await diagnose(datasets, examine ?? ((id) => shallow(context, id)))),
          ...store,
        }
      }
      return query.deep === 'true' ? context.alone('doctor', whole) : whole()
    },
  }),
]

function asked(
  { access }: Context,
  id: string | undefined,
  mayRead: (dataset: Dataset) => boolean,
): readonly Dataset[] {
  if (id === undefined) return access.datasets().filter(mayRead)
  const dataset = access.findDataset(id)
  if (dataset && mayRead(dataset)) return [dataset]
  throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
}

type Findings = Pick<Diagnosis, 'counters' | 'legs' | 'deliveries' | 'problems'>

async function diagnose(
  datasets: readonly Dataset[],
  examine: (id: string) => Promise<Findings>,
): Promise<DoctorAnswer> {
  const diagnoses: Diagnosis[] = []
  for (const { dataset_id, name } of datasets) {
    const found = await examine(dataset_id)
    diagnoses.push({ dataset_id, name, ok: found.problems.length === 0, ...found })
  }
  return { ok: diagnoses.every(({ ok }) => ok), datasets: diagnoses }
}

async function shallow(context: Context, id: string): Promise<Findings> {
  const { store } = context
  const counters = equationOf(await allCounters(store, id))
  const { deliveries, problems } = await examineDeliveries(store, id)
  const meant = await examineMeant(context, id)
  const all = [...unbalanced('the counters', counters), ...problems, ...meant]
  return { counters, deliveries, problems: all }
}

/**
 * Events may arrive while it reads, so the counters stand between two moments: the fold up to the
 * seq before they were read and the fold up to the seq after. On a quiet dataset both are one.
 */
async function deep(context: Context, id: string, gone: () => boolean): Promise<Findings> {
  const { store } = context
  const seqBefore = await nextSeq(store, id)
  const rows = await allCounters(store, id)
  const seqAfter = await nextSeq(store, id)
  const counters = equationOf(rows)
  const fold = await foldLegs({ store, id, seqBefore, seqAfter, gone })
  const outside = METRICS.filter(
    (metric) => counters[metric] < fold.before[metric] || counters[metric] > fold.after[metric],
  ).map(
    (metric) =>
      `${metric}: the counters say ${counters[metric]}, the stored legs ${fold.after[metric]}`,
  )
  const balance = [
    ...unbalanced('the counters', counters),
    ...unbalanced('the stored legs', fold.after),
  ]
  const { deliveries, problems } = await countDeliveries(store, id)
  const meant = await examineMeant(context, id)
  const all = [...balance, ...outside, ...fold.problems, ...problems, ...meant]
  return { counters, legs: fold.after, deliveries, problems: all }
}

interface FoldRequest {
  readonly store: Store
  readonly id: string
  /** Next free seq before and after the counters were read. */
  readonly seqBefore: number
  readonly seqAfter: number
  /** The caller has gone: stop reading. */
  readonly gone: () => boolean
}

async function foldLegs(request: FoldRequest): Promise<{
  before: Equation
  after: Equation
  problems: string[]
}> {
  const { store, id, seqBefore, seqAfter, gone } = request
  const after = emptyEquation()
  let before = emptyEquation()
  let expected = 1
  let orphans = 0
  for await (const legs of store.scan(id, 1)) {
    if (gone()) break
    for (const leg of legs) {
      if (leg.seq >= seqAfter) break
      if (leg.seq === seqBefore) before = { ...after }
      if (leg.seq !== expected) {
        return { before, after, problems: [`leg ${expected} is missing: leg ${leg.seq} follows`] }
      }
      expected += 1
      after.received += 1
      after[leg.verdict] += 1
      if (isOrphan(leg)) orphans += 1
    }
    if ((legs.at(-1)?.seq ?? 0) >= seqAfter - 1) break
  }
  const problems = expected < seqAfter ? [`leg ${expected} to ${seqAfter - 1} are missing`] : []
  if (orphans > 0) problems.push(`${orphans} duplicates name no earlier event`)
  return { before: seqBefore === seqAfter ? after : before, after, problems }
}

function isOrphan({ verdict, of_seq, seq }: Leg): boolean {
  return verdict === 'duplicate' && !(of_seq !== undefined && of_seq < seq)
}

function unbalanced(where: string, equation: Equation): string[] {
  const sum = VERDICTS.reduce((total, verdict) => total + equation[verdict], 0)
  if (sum === equation.received) return []
  return [`${where}: received is ${equation.received}, the verdicts add up to ${sum}`]
}

function emptyEquation(): Equation {
  return { received: 0, accepted: 0, duplicate: 0, dropped: 0, rejected: 0 }
}

function equationOf(rows: readonly CounterRow[]): Equation {
  const equation = emptyEquation()
  for (const { metric, n } of rows) {
    if (Object.hasOwn(equation, metric)) equation[metric as keyof Equation] += n
  }
  return equation
}

async function allCounters(store: Store, id: string): Promise<readonly CounterRow[]> {
  const query = { dataset_id: id, from_s: 0, to_s: FOREVER_S, by: 'total' } as const
  return (await store.counters(query)).counters
}

async function nextSeq(store: Store, id: string): Promise<number> {
  return (await store.load([], [id])).nextSeq.get(id) ?? 1
}
