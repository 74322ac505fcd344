/**
 * Looks for the proofs of domains again, a few at a time, each once a day. What is missing is noted
 * and told in the history, never removed. Decides when; domains.ts decides what follows. Made by
 * main.ts.
 */

import {
  DOMAIN_MISSED_RECHECK_MS,
  DOMAIN_RECHECK_MS,
  DOMAIN_RECHECK_TICK_MS,
  DOMAIN_RECHECKS_PER_TICK_MAX,
} from '../diagnostic-limits.ts'
import { TwofoldError } from '../errors.ts'
import { NOBODY } from './caller.ts'
import type { Domain, Domains } from './domains.ts'
import type { History } from './history.ts'

interface RecheckPorts {
  readonly domains: Pick<Domains, 'proven' | 'recheck'>
  readonly history: Pick<History, 'record'>
  readonly businessOf: (datasetId: string) => string | undefined
  readonly nowMs: () => number
  readonly every: (ms: number, run: () => void) => () => void
  readonly onTrouble: (error: unknown) => void
}

export interface Rechecks {
  start(): void
  /** Waits for the check that is under way. */
  stop(): Promise<void>
  /** What is due now, one after the other; while one runs, that one. For tests and the timer. */
  tick(): Promise<void>
}

export function createRechecks(ports: RecheckPorts): Rechecks {
  let under: Promise<void> | undefined
  let isStopping = false
  let stopTimer = (): void => undefined
  const lookAtDue = async (): Promise<void> => {
    for (const domain of dueDomains(ports.domains.proven(), ports.nowMs())) {
      if (isStopping) return
      await lookAt(domain, ports)
    }
  }
  const tick = (): Promise<void> => {
    under ??= lookAtDue().finally(() => {
      under = undefined
    })
    return under
  }
  return {
    tick,
    start: () => {
      stopTimer = ports.every(DOMAIN_RECHECK_TICK_MS, () => void tick())
    },
    stop: async () => {
      isStopping = true
      stopTimer()
      await under
    },
  }
}

interface StartPorts extends Omit<RecheckPorts, 'onTrouble'> {
  readonly log: { error(fields: object, words: string): void }
}

/** For as long as the server runs; what it returns ends it. */
export function startRechecks({ log, ...ports }: StartPorts): () => Promise<void> {
  const onTrouble = (err: unknown): void =>
    log.error({ err }, 'a domain could not be looked at again')
  const rechecks = createRechecks({ ...ports, onTrouble })
  rechecks.start()
  return rechecks.stop
}

/** The most overdue first; after a long stop they are spread over the looks that follow. */
export function dueDomains(domains: readonly Domain[], nowMs: number): readonly Domain[] {
  return domains
    .map((domain) => ({ domain, dueMs: dueAtMs(domain) }))
    .filter(({ dueMs }) => dueMs <= nowMs)
    .sort((a, b) => a.dueMs - b.dueMs)
    .slice(0, DOMAIN_RECHECKS_PER_TICK_MAX)
    .map(({ domain }) => domain)
}

/** A proof that was missed once is looked for soon; one that is lost has all day. */
function dueAtMs({ checked_at_ms, proven_by, missing_since_ms }: Domain): number {
  const isDoubtful = proven_by !== null && missing_since_ms !== null
  return (checked_at_ms ?? 0) + (isDoubtful ? DOMAIN_MISSED_RECHECK_MS : DOMAIN_RECHECK_MS)
}

async function lookAt(domain: Domain, ports: RecheckPorts): Promise<void> {
  const { domains, history, businessOf, onTrouble } = ports
  const { dataset_id, domain: name } = domain
  const about = { caller: NOBODY, business_id: null, dataset_id, subject: name, name, details: {} }
  try {
    await domains.recheck(domain, (turn, write) =>
      history.record({ ...about, action: `domain.${turn}`, businessOf }, write),
    )
  } catch (error) {
    // Removed while it was looked at: nothing is left to say.
    if (error instanceof TwofoldError && error.code === 'domain_not_found') return
    onTrouble(error)
  }
}
