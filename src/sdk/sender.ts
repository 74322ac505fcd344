/**
 * Moves events from the program to the server: gathers, sends one batch at a time in order, tries
 * again with pauses, gives up in bounded time, and tells the owner of every event that did not
 * arrive. Every try carries the same event ids, so one that arrives twice counts once. Never
 * throws. client.ts makes one for the program, and one for each request whose platform waits.
 */
import type { Refusal, Verdict } from './answer.ts'
import type { Flushed } from './event-types.ts'
import type { Post } from './http.ts'
import { FAILURES_TOLD, PROBLEM_IDS_MAX } from './limits.ts'
import { pauseMs } from './pause.ts'
import type { Platform } from './platform.ts'
import { countOf, type ProblemCode, type Report, reasonOf, shortened } from './problem.ts'
import { createQueue, type Queue } from './queue.ts'
import type { Spool, SpoolChange, SpooledEvent } from './spool.ts'

export interface SenderPorts {
  readonly batchEvents: number
  readonly gatherMs: number
  readonly giveUpMs: number
  readonly queueEvents: number
  readonly dataset: string
  readonly post: Post
  readonly platform: Pick<Platform, 'nowMs' | 'random' | 'later'>
  readonly report: Report
  readonly spool?: Spool | undefined
}

type Events = readonly SpooledEvent[]

export class Sender {
  readonly #ports: SenderPorts
  readonly #queue: Queue
  #loading: Promise<void> | undefined
  #running: Promise<void> | undefined
  #cancelGather: (() => void) | undefined
  #wake: (() => void) | undefined
  #closing: Promise<Flushed> | undefined
  #stopped = false
  #failures = 0
  #refusedNewest = 0
  #spoolWorks = true

  constructor(ports: SenderPorts) {
    this.#ports = ports
    this.#queue = createQueue(ports.queueEvents)
    if (ports.spool) this.#loading = this.#load(ports.spool)
  }

  add(event: SpooledEvent): void {
    if (this.#closing) {
      this.#tell('given_up', [event], 'An event came after close() and is not sent.')
      return
    }
    if (!this.#queue.add(event)) {
      this.#refuseNewest(event)
      return
    }
    this.#save({ added: [event], done: [] })
    if (this.#queue.length >= this.#ports.batchEvents) this.#start()
    else this.#gather()
  }

  /** Ends when all that waits now has arrived, was given up, or `ms` have passed. */
  async flush(ms: number): Promise<Flushed> {
    const { later } = this.#ports.platform
    let cancel = (): void => undefined
    const time = new Promise<void>((resolve) => {
      cancel = later(ms, resolve, true)
    })
    await Promise.race([this.#loading, time])
    const now = new Set(this.#queue.all())
    this.#start()
    await Promise.race([this.#queue.emptied(), time])
    cancel()
    return { waiting: this.#queue.all().filter((event) => now.has(event)).length }
  }

  /** The last flush; what is left then stays in the spool, or is told and forgotten. */
  close(ms: number): Promise<Flushed> {
    this.#closing ??= this.#end(ms)
    return this.#closing
  }

  async #end(ms: number): Promise<Flushed> {
    this.#wake?.()
    const flushed = await this.flush(ms)
    this.#stopped = true
    this.#wake?.()
    this.#cancelGather?.()
    const left = this.#queue.all()
    const { spool } = this.#ports
    if (left.length > 0 && !spool) {
      const words = `${countOf(left.length)} had not arrived when the client was closed.`
      this.#tell('given_up', left, words)
    }
    this.#queue.remove(left)
    this.#tellRefusedNewest()
    spool?.close?.()
    return flushed
  }

  #gather(): void {
    const { platform, gatherMs } = this.#ports
    this.#cancelGather ??= platform.later(gatherMs, () => this.#start(), true)
  }

  #start(): void {
    this.#cancelGather?.()
    this.#cancelGather = undefined
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      // Something may have come while the last batch was being settled.
      if (this.#queue.length > 0 && !this.#stopped) this.#gather()
    })
  }

  async #run(): Promise<void> {
    await this.#loading
    const { batchEvents, post } = this.#ports
    let countMax = batchEvents
    while (this.#queue.length > 0 && !this.#stopped) {
      const batch = this.#queue.front(countMax)
      const verdict = await post(batch)
      countMax = verdict.kind === 'split' ? Math.ceil(batch.length / 2) : batchEvents
      if (verdict.kind === 'retry') await this.#waitAfter(verdict)
      else this.#settle(batch, verdict)
    }
  }

  #settle(batch: Events, verdict: Verdict): void {
    this.#failures = 0
    if (verdict.kind === 'taken') {
      this.#tellRefused(batch, verdict.refused, undefined)
      this.#forget(batch)
    } else if (verdict.kind === 'partly') {
      this.#tellRefused(batch, verdict.refused, verdict.status)
      const places = new Set(verdict.refused.map(({ place }) => place))
      this.#forget(batch.filter((_, place) => places.has(place)))
    } else if (verdict.kind === 'refused') {
      const words = `The server refused ${countOf(batch.length)}: ${verdict.reason}`
      this.#tell('refused', batch, words, verdict.status)
      this.#forget(batch)
    }
  }

  async #waitAfter({ reason, afterMs }: Verdict & { kind: 'retry' }): Promise<void> {
    const { platform, giveUpMs } = this.#ports
    this.#failures += 1
    const old = this.#queue.olderThan(platform.nowMs() - giveUpMs)
    if (old.length > 0) {
      const words = `${countOf(old.length)} could not be delivered in time: ${reason}.`
      this.#tell('given_up', old, words)
      this.#forget(old)
    }
    const waiting = this.#queue.all()
    if (this.#failures === FAILURES_TOLD && waiting.length > 0) {
      const words = `Not delivered yet: ${countOf(waiting.length)}, tried again. The reason: ${reason}.`
      this.#tell('delayed', waiting, words)
    }
    if (this.#stopped) return
    const ms = pauseMs({ failures: this.#failures, afterMs }, platform.random)
    await new Promise<void>((resolve) => {
      // Alone it keeps no program from ending: whoever cares calls flush() or close().
      const cancel = platform.later(ms, resolve, false)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
    this.#wake = undefined
  }

  #forget(events: Events): void {
    this.#queue.remove(events)
    this.#save({ added: [], done: events.map(({ key }) => key) })
    // Half empty, so that a queue on the brink does not tell of it with every batch.
    if (this.#queue.length <= this.#ports.queueEvents / 2) this.#tellRefusedNewest()
  }

  #refuseNewest(event: SpooledEvent): void {
    this.#refusedNewest += 1
    if (this.#refusedNewest > 1) return
    const words = `The queue is full: ${countOf(this.#queue.length)}. New ones are refused until there is room again.`
    this.#tell('queue_full', [event], words)
  }

  #tellRefusedNewest(): void {
    const events = this.#refusedNewest
    this.#refusedNewest = 0
    if (events < 2) return
    const message = `While the queue was full ${countOf(events)} were refused.`
    this.#ports.report({ code: 'queue_full', message, events })
  }

  #tellRefused(batch: Events, refused: readonly Refusal[], status: number | undefined): void {
    if (refused.length === 0) return
    const events = refused.flatMap(({ place }) => batch[place] ?? [])
    const reasons = [...new Set(refused.map(({ reason }) => reason))].slice(0, 3).join(' ')
    const words = `The server refused ${countOf(events.length)}: ${shortened(reasons)}`
    this.#tell('refused', events, words, status)
  }

  #tell(code: ProblemCode, events: Events, message: string, status?: number): void {
    this.#ports.report({
      code,
      message,
      events: events.length,
      eventIds: events.slice(0, PROBLEM_IDS_MAX).map(({ eventId }) => eventId),
      ...(status === undefined ? {} : { status }),
    })
  }

  async #load(spool: Spool): Promise<void> {
    try {
      const { dataset } = this.#ports
      const kept = await spool.load(dataset)
      // Whatever a spool brings back: another shop's events are not told to this one.
      const old = kept.filter(({ dataset: own = dataset }) => own === dataset)
      this.#queue.addOld(old)
      if (old.length > 0) this.#gather()
    } catch (error) {
      this.#tellSpool('What earlier programs left in the spool cannot be read', error)
    } finally {
      this.#loading = undefined
    }
  }

  #save(change: SpoolChange): void {
    const { spool } = this.#ports
    if (!spool) return
    const failed = (error: unknown): void => {
      if (this.#spoolWorks) this.#tellSpool('The spool cannot be written', error)
      this.#spoolWorks = false
    }
    try {
      const saved = spool.save(change)
      if (saved) saved.catch(failed)
      else this.#spoolWorks = true
    } catch (error) {
      failed(error)
    }
  }

  #tellSpool(words: string, error: unknown): void {
    const reason = (error as { code?: unknown } | null)?.code ?? reasonOf(error)
    const message = `${words} (${String(reason)}). Events in memory are sent all the same.`
    this.#ports.report({ code: 'spool_failed', message, events: this.#queue.length })
  }
}
