/**
 * What a replay has found so far: counts, fields, a few differences to look at, and what to know
 * before sending. Bounded whatever it meets. Filled by replay-run.ts, shown by replay.ts.
 */

import type { Json, StoredEvent } from '../event/shape.ts'
import {
  DEDUP_WINDOW_MS,
  REPLAY_NAMES_MAX,
  REPLAY_SAMPLE_BYTES_MAX,
  REPLAY_SAMPLES_MAX,
} from '../limits.ts'
import type { Plan } from './replay-plan.ts'
import type { ReplayCounts, ReplaySample, ReplayState, ReplayView } from './replay-view.ts'
import type { Problem } from './view.ts'

export type Standing = ReplayState | 'waiting'

/** One event that matches, with what would become of it; no plan for one that waits. */
export type Looked = {
  readonly event: StoredEvent
  readonly standing: Standing
  readonly plan: Plan | undefined
  readonly sends: boolean
  readonly nowMs: number
}

const OTHER = '(other)'
/** Differences shown of one field before others get their turn. */
const SAMPLES_PER_FIELD = 4

type Numbers = { -readonly [K in keyof Omit<ReplayCounts, 'not_accepted'>]: number }

export class ReplayTally {
  readonly counts: Numbers = {
    scanned: 0,
    matching: 0,
    would_send: 0,
    unchanged: 0,
    changed: 0,
    dropped_by_rules: 0,
    too_old: 0,
    already_delivered: 0,
    waiting: 0,
  }
  enqueued = 0
  readonly #reasons = new Map<string, number>()
  readonly #fields = new Map<string, number>()
  readonly #shown = new Map<string, number>()
  readonly #samples: ReplaySample[] = []
  /** Delivered so long ago that the far end may have forgotten its id. */
  #forgotten = 0
  #renamed = 0
  #ruledBefore = 0
  #otherIds = 0

  take(looked: Looked): void {
    const { counts } = this
    const { plan, standing, sends } = looked
    counts.matching += 1
    if (!plan) counts.waiting += 1
    else if (plan.fate === 'dropped') counts.dropped_by_rules += 1
    else if (plan.fate === 'too_old') counts.too_old += 1
    else if (plan.fate === 'not_accepted') add(this.#reasons, plan.reason)
    else {
      if (sends) counts.would_send += 1
      else counts.already_delivered += 1
      if (plan.changes.length > 0) counts.changed += 1
      else counts.unchanged += 1
      this.#compare(looked.event, plan)
      if (standing === 'delivered') this.#deliveredBefore(looked, plan)
    }
  }

  /** The rules run over an event that an earlier version of them has changed. */
  ruledBefore(): void {
    this.#ruledBefore += 1
  }

  /** The rules would give it another id. */
  otherId(): void {
    this.#otherIds += 1
  }

  shown(): Pick<ReplayView, 'counts' | 'enqueued' | 'by_field' | 'samples'> {
    return {
      counts: {
        ...this.counts,
        not_accepted: ranked(this.#reasons).map(([reason, events]) => ({ reason, events })),
      },
      enqueued: this.enqueued,
      by_field: ranked(this.#fields).map(([field, changed]) => ({ field, changed })),
      samples: [...this.#samples],
    }
  }

  warnings({ again }: { readonly again: boolean }): Problem[] {
    const { already_delivered, waiting, too_old } = this.counts
    const all: readonly (readonly [number, string, string])[] = [
      [
        already_delivered,
        'needs_again',
        'were delivered already and are not sent once more unless again (--again) says so',
      ],
      [
        this.#forgotten,
        'outside_dedup_window',
        `were delivered already and are older than ${HOURS} hours: ` +
          `${again ? 'they are sent once more, and' : 'sent once more,'} the destination may ` +
          'count them twice, because ids are remembered no longer than that (Meta: 48 hours)',
      ],
      [
        this.#renamed,
        'renamed',
        'were delivered already under another event name: sent once more, they count as new ones',
      ],
      [
        too_old,
        'too_old',
        'are older than the destination takes (Meta: 7 days, 62 for physical_store)',
      ],
      [waiting, 'waiting', 'wait to be sent already; they leave as they were to leave'],
      [
        this.#ruledBefore,
        'ruled_before',
        'were changed by an earlier version of the rules; these rules start from that change, ' +
          'so what multiplies or adds may do so twice',
      ],
      [this.#otherIds, 'id_kept', 'would get another event_id by the rules; they keep theirs'],
    ]
    return all
      .filter(([events]) => events > 0)
      .map(([events, code, words]) => ({
        code,
        detail: `${events} ${events === 1 ? 'event' : 'events'}: ${words}.`,
      }))
  }

  #compare(event: StoredEvent, plan: Extract<Plan, { fate: 'sends' }>): void {
    const { changes, copies, event_name, event_id } = plan
    for (const { field } of changes) add(this.#fields, field)
    if (changes.length === 0 || this.#samples.length >= REPLAY_SAMPLES_MAX) return
    const isNews = changes.some(({ field }) => (this.#shown.get(field) ?? 0) < SAMPLES_PER_FIELD)
    const isLarge = sizeOf(changes as unknown as Json) > REPLAY_SAMPLE_BYTES_MAX
    if (!isNews || isLarge) return
    for (const { field } of changes) add(this.#shown, field)
    const [copy] = copies.filter(({ before, after }) => !isSame(before, after))
    this.#samples.push({
      seq: event.legs[0].seq,
      event_name,
      event_id,
      changes,
      before: small(copy?.before),
      after: small(copy?.after),
    })
  }

  #deliveredBefore({ event, nowMs }: Looked, plan: Extract<Plan, { fate: 'sends' }>): void {
    const [kept] = event.legs
    if (nowMs - kept.envelope.received_at_ms > DEDUP_WINDOW_MS) this.#forgotten += 1
    if (plan.event_name !== kept.event.event_name) this.#renamed += 1
  }
}

const HOURS = DEDUP_WINDOW_MS / 3_600_000

function add(counts: Map<string, number>, name: string): void {
  const key = counts.has(name) || counts.size < REPLAY_NAMES_MAX ? name : OTHER
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function ranked(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a)
}

const sizeOf = (value: Json): number => JSON.stringify(value).length

const small = (payload: Json | undefined): Json =>
  payload === undefined || sizeOf(payload) > REPLAY_SAMPLE_BYTES_MAX ? null : payload

const isSame = (a: Json | undefined, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b)
