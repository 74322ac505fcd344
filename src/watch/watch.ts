/**
 * The watch: looks at one dataset after the other, about once a minute each, and keeps what it
 * finds. Reads only; a look that fails is logged and tried again with the next round. Made by
 * main.ts, asked by the API; alerts.ts hears of what opened and closed.
 */

import {
  DIAGNOSTIC_FRESH_MS,
  DIAGNOSTIC_IDLE_PASS_MS,
  DIAGNOSTIC_MUTES_MAX,
  DIAGNOSTIC_PASS_MS,
  DIAGNOSTIC_REST_MS,
} from '../diagnostic-limits.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { diagnose } from '../quality/diagnostics/diagnose.ts'
import { longest } from '../quality/diagnostics/evidence.ts'
import { type Mute, nextFindings, type Passed } from '../quality/diagnostics/finding.ts'
import { checkOf } from '../quality/diagnostics/table.ts'
import type { EvidenceReader } from './evidence-reader.ts'
import type { FindingBook } from './finding-book.ts'
import type { DatasetFindings, Diagnostics } from './view.ts'

export interface WatchPorts {
  readonly datasets: () => readonly Dataset[]
  readonly findDataset: (id: string) => Dataset | undefined
  readonly reader: EvidenceReader
  readonly book: FindingBook
  readonly nowMs: () => number
  /** Milliseconds that only go forward, for how long a look took. */
  readonly clockMs: () => number
  readonly every: (ms: number, run: () => void) => () => void
  readonly onPass: (dataset: Dataset, passed: Passed, mutes: readonly Mute[]) => void
  readonly onTrouble: (error: unknown, words: string) => void
}

export interface Watch extends Diagnostics {
  start(): void
  stop(): Promise<void>
  forget(datasetId: string): Promise<void>
}

interface Looked {
  readonly atMs: number
  readonly tookMs: number
  readonly nextMs: number
}

export function createWatch(ports: WatchPorts): Watch {
  const { book, nowMs } = ports
  const looked = new Map<string, Looked>()
  const askedMs = new Map<string, number>()
  const lookAt = createLook(ports, looked)
  const view = (id: string): DatasetFindings => {
    const last = looked.get(id)
    const took = last ? { looked_at_ms: last.atMs, took_ms: last.tookMs } : {}
    return { ...book.of(id), ...took }
  }
  const setMutes = async (id: string, change: (mutes: readonly Mute[]) => Mute[]) => {
    const { findings, mutes } = book.of(id)
    const left = mutes.filter(({ until_ms }) => until_ms === null || until_ms > nowMs())
    await book.put(id, { findings, mutes: change(left) }, true)
    return view(id)
  }
  let under: Promise<void> | undefined
  let stopTimer = (): void => undefined
  return {
    of: (id) => {
      soonerOf(looked, id)
      return view(id)
    },
    look: async (id) => {
      const dataset = ports.findDataset(id)
      // Whatever the timer saw: who asks has just mended something. Who asks again waits.
      const isFresh = Math.abs(nowMs() - (askedMs.get(id) ?? -Infinity)) < DIAGNOSTIC_FRESH_MS
      if (!dataset || isFresh) return view(id)
      await lookAt(dataset)
      if (ports.findDataset(id)) askedMs.set(id, nowMs())
      return view(id)
    },
    mute: async (id, mute) => {
      const { target } = mute
      if (!checkOf(target) && !book.of(id).findings.some((finding) => finding.id === target)) {
        throw new TwofoldError('invalid_request', `${target} is no finding and no check.`)
      }
      return setMutes(id, (mutes) => {
        const others = mutes.filter((one) => one.target !== target)
        if (others.length >= DIAGNOSTIC_MUTES_MAX) throw new TwofoldError('limit_reached')
        return [...others, { ...mute, at_ms: nowMs() }]
      })
    },
    unmute: (id, target) => setMutes(id, (mutes) => mutes.filter((one) => one.target !== target)),
    start: () => {
      stopTimer = ports.every(DIAGNOSTIC_REST_MS, () => {
        if (under) return
        const next = dueOf(ports, looked)
        if (!next) return
        under = lookAt(next)
          .catch((error: unknown) => ports.onTrouble(error, 'a look at a dataset failed'))
          .finally(() => {
            under = undefined
          })
      })
    },
    stop: async () => {
      stopTimer()
      await under
    },
    forget: async (id) => {
      looked.delete(id)
      askedMs.delete(id)
      ports.reader.forget(id)
      await book.forget(id)
    },
  }
}

/** Somebody reads of it, perhaps right after the first events of a dataset that was idle. */
function soonerOf(looked: Map<string, Looked>, id: string): void {
  const last = looked.get(id)
  if (!last) return
  looked.set(id, { ...last, nextMs: Math.min(last.nextMs, last.atMs + DIAGNOSTIC_PASS_MS) })
}

/** The one that waits the longest. */
function dueOf(
  { datasets, nowMs }: WatchPorts,
  looked: ReadonlyMap<string, Looked>,
): Dataset | undefined {
  let due: Dataset | undefined
  let dueMs = nowMs()
  for (const dataset of datasets()) {
    const next = looked.get(dataset.dataset_id)?.nextMs ?? 0
    if (next >= dueMs) continue
    due = dataset
    dueMs = next
  }
  return due
}

function createLook(
  ports: WatchPorts,
  looked: Map<string, Looked>,
): (dataset: Dataset) => Promise<void> {
  const { reader, book, nowMs, clockMs } = ports
  return async (dataset) => {
    const id = dataset.dataset_id
    const startedMs = clockMs()
    const soonest = { atMs: nowMs(), tookMs: 0, nextMs: nowMs() + DIAGNOSTIC_PASS_MS }
    // Before anything can fail: a dataset that cannot be read must not keep the others waiting.
    looked.set(id, { ...soonest, ...pick(looked.get(id)) })
    const evidence = await reader.read(dataset)
    const { diagnoses, failures } = diagnose(evidence)
    for (const { code, error } of failures) ports.onTrouble(error, `the check ${code} failed`)
    // Deleted meanwhile: what is found now must not stay.
    if (!ports.findDataset(id)) return
    const { findings: known, mutes } = book.of(id)
    const passed = nextFindings(known, diagnoses, evidence.nowMs)
    const isNews = passed.opened.length > 0 || passed.resolved.length > 0
    const isIdle = longest(evidence).counts.sum('received') === 0
    const waitMs = isIdle ? DIAGNOSTIC_IDLE_PASS_MS : DIAGNOSTIC_PASS_MS
    looked.set(id, { atMs: nowMs(), tookMs: clockMs() - startedMs, nextMs: nowMs() + waitMs })
    await book.put(id, { findings: passed.findings, mutes }, isNews)
    ports.onPass(dataset, passed, mutes)
  }
}

/** When it was looked at stays until the next look is done. */
const pick = (last: Looked | undefined): Partial<Looked> =>
  last ? { atMs: last.atMs, tookMs: last.tookMs } : {}
