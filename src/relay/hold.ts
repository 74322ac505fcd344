/**
 * Why one destination waits for its owner, and when it is asked again. Where a setting may be at
 * fault or the events that were refused (`doubt`), these wait their time and newer ones are the
 * next question: one bad event holds up no other. Pure; lane.ts keeps it.
 */
import { BACKOFF_FIRST_MS, BREAKER_OPEN_MS_MAX, HOLD_PROBE_MS } from '../limits.ts'
import { backoffMs } from './backoff.ts'
import type { Verdict } from './send.ts'
import type { Problem } from './view.ts'

export interface Hold extends Problem {
  readonly sinceMs: number
  /** When what was refused is sent again. */
  readonly nextTryMs: number
  readonly doubt?: Doubt
}

interface Doubt {
  /** From then on newer events are sent. */
  readonly newerMs: number
  /** Questions in a row that were refused: with newer events, and with those refused before. */
  readonly newerTries: number
  readonly oldTries: number
}

/** What may be sent now: all, with what is held, or only what is not. */
export type Probe = 'all' | 'newer'

interface Asked {
  readonly nowMs: number
  readonly random: () => number
  /** What was sent; undefined: there was no hold yet. */
  readonly probe: Probe | undefined
}

type Refusal = Extract<Verdict, { kind: 'held' }>

export function parked(before: Hold | undefined, refusal: Refusal, asked: Asked): Hold {
  const { code, detail, inDoubt } = refusal
  const { nowMs, random, probe } = asked
  const sinceMs = before?.sinceMs ?? nowMs
  if (!inDoubt) return { code, detail, sinceMs, nextTryMs: nowMs + HOLD_PROBE_MS }
  const { newerTries = 0, oldTries = 0 } = before?.doubt ?? {}
  const tries = {
    newerTries: newerTries + (probe === 'all' ? 0 : 1),
    oldTries: oldTries + (probe === 'newer' ? 0 : 1),
  }
  const wait = (attempts: number): number => backoffMs({ attempts }, random)
  const newerMs = probe === 'all' ? nowMs : nowMs + wait(tries.newerTries - 1)
  const nextTryMs =
    probe === 'newer' && before
      ? before.nextTryMs
      : nowMs + Math.max(BACKOFF_FIRST_MS, wait(tries.oldTries - 1))
  return { code, detail, sinceMs, nextTryMs, doubt: { newerMs, ...tries } }
}

/** It learnt nothing about what the owner should mend: it need not wait as long. */
export function unanswered(hold: Hold, nowMs: number): Hold {
  const laterMs = nowMs + BREAKER_OPEN_MS_MAX
  const { doubt } = hold
  return {
    ...hold,
    nextTryMs: laterMs,
    ...(doubt ? { doubt: { ...doubt, newerMs: laterMs } } : {}),
  }
}

/** Undefined: nothing yet. */
export function probeAt({ nextTryMs, doubt }: Hold, nowMs: number): Probe | undefined {
  if (nowMs >= nextTryMs) return 'all'
  return doubt && nowMs >= doubt.newerMs ? 'newer' : undefined
}

/** When there is something to do although nothing new is due. */
export function nextProbeMs({ nextTryMs, doubt }: Hold, nowMs: number): number {
  return doubt && nowMs < doubt.newerMs ? Math.min(doubt.newerMs, nextTryMs) : nextTryMs
}
