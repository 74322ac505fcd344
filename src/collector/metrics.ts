/**
 * Numbers of the process for Prometheus: events by channel and verdict, reasons, time per pipeline
 * step, queue. No dataset and no event name: whoever scrapes learns nothing about a customer.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Tallies } from '../ingest/tally.ts'

export interface Metrics {
  readonly text: (
    queued: number,
    tallies: Tallies,
  ) => Promise<{ contentType: string; text: string }>
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
    text: async (queued, tallies) => {
      queue.set(queued)
      for (const counter of [events, reasons, seconds]) counter.reset()
      for (const [name, n] of tallies.events) {
        const [channel = '', verdict = ''] = name.split('\n')
        events.inc({ channel, verdict }, n)
      }
      for (const [reason, n] of tallies.reasons) reasons.inc({ reason }, n)
      for (const [step, s] of tallies.stepSeconds) seconds.inc({ step }, s)
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}
