import { describe, expect, it } from 'vitest'
import type { DatasetHealth } from '../../api/types.ts'
import { deliveryLine, hourLine, STEP_WORDS, stepNumbers } from './health-words.ts'

const health = (more: {
  hour?: Partial<DatasetHealth['hour']>
  deliveries?: Partial<DatasetHealth['deliveries']>
}): DatasetHealth => ({
  dataset_id: '1',
  hour: {
    from: 0,
    received: 0,
    this_hour: 0,
    state: 'unknown',
    usual: null,
    days: 0,
    ...more.hour,
  },
  deliveries: {
    destinations: 1,
    waiting: 0,
    retrying: 0,
    held: 0,
    rejected: 0,
    delivered: 9,
    alarms: [],
    ...more.deliveries,
  },
  setup: [],
})

describe('the last hour', () => {
  it('never alarms without knowing what is usual, and says so', () => {
    const line = hourLine(health({}))
    expect(line.tone).toBe('quiet')
    expect(line.detail).toContain('too few days')
  })

  it('alarms when there is nothing where there always was', () => {
    const usual = { low: 20, middle: 30, high: 40 }
    const line = hourLine(health({ hour: { state: 'silent', usual, days: 7 } }))
    expect(line).toMatchObject({ tone: 'bad', title: 'Nothing in the last hour' })
    expect(line.detail).toContain('20 to 40 (7 days)')
  })
})

it.each([
  ['good', 'Nothing waits to be sent', {}],
  ['quiet', 'Nothing waits to be sent, 20 events refused', { delivered: 900, rejected: 20 }],
  ['quiet', 'Sent nowhere', { destinations: 0 }],
  ['quiet', '3 events on the way out', { waiting: 1, retrying: 2 }],
  [
    'bad',
    'Meta is on hold: 4 events wait',
    { held: 4, alarms: [{ destination_id: 'd', name: 'Meta', detail: 'The token is no good.' }] },
  ],
] as const)('deliveries are %s: %s', (tone, title, deliveries) => {
  const given = { ...deliveries } as Partial<DatasetHealth['deliveries']>
  expect(deliveryLine(health({ deliveries: given }))).toMatchObject({ tone, title })
})

it('shows the numbers of a step only where they decide', () => {
  expect(stepNumbers({ step: 'shared_ids', done: true, with: 5, of: 8 })).toContain('5 of 8')
  expect(stepNumbers({ step: 'shared_ids', done: false, with: 0, of: 0 })).toBeUndefined()
  expect(stepNumbers({ step: 'pixel', done: true })).toBeUndefined()
  expect(Object.keys(STEP_WORDS)).toHaveLength(7)
})
