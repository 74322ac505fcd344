/**
 * Numbers of the process for Prometheus: events by channel and verdict, reasons, time per pipeline
 * step, queue. No dataset and no event name: whoever scrapes learns nothing about a customer.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Leg } from '../event/shape.ts'

export interface Metrics {
  readonly countLegs: (legs: readonly Leg[]) => void
  readonly timeStep: (name: string, ms: number, events: number) => void
  readonly text: (queued: number) => Promise<{ contentType: string; text: string }>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const events = new Counter({
    name: 'twofold_events_total',
    help: 'Events committed, by channel and verdict.',
    labelNames: ['channel', 'verdict'],
    registers,
  })
  const reasons = new Counter({
    name: 'twofold_reasons_total',
    help: 'Dropped and rejected events, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const seconds = new Counter({
    name: 'twofold_step_seconds_total',
    help: 'Time spent in each step of the pipeline.',
    labelNames: ['step'],
    registers,
  })
  const queue = new Gauge({
    name: 'twofold_queue_events',
    help: 'Events waiting for their commit.',
    registers,
  })
  return {
    countLegs: (legs) => {
      const counts = new Map<string, number>()
      for (const { envelope, verdict, reason } of legs) {
        const name = `${envelope.channel}\n${verdict}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
        if (reason) reasons.inc({ reason })
      }
      for (const [name, n] of counts) {
        const [channel = '', verdict = ''] = name.split('\n')
        events.inc({ channel, verdict }, n)
      }
    },
    timeStep: (step, ms) => seconds.inc({ step }, ms / 1000),
    text: async (queued) => {
      queue.set(queued)
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}
