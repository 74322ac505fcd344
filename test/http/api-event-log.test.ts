/** The event log over the real pipeline: search, one event's story, export. */
import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { datasetHealthSchema } from '../../src/api/dataset-health-schema.ts'
import { eventDetailsSchema, eventNamesSchema } from '../../src/api/event-names-schemas.ts'
import { eventStorySchema } from '../../src/api/event-schemas.ts'
import { eventsSchema } from '../../src/api/schemas.ts'
import type { EventStory, EventsAnswer } from '../../src/api/types.ts'
import { type ApiBench, apiBench, event, NOW_S } from './api-bench.ts'

const JO = hash('sha256', 'jo@example.com')
const ANN = hash('sha256', 'ann@example.com')
const PERSON = { client_user_agent: 'Mozilla/5.0' }

type Bench = ApiBench & { readonly id: string }

/** A sale that both sides report, one of another person, a lead, a robot and a refusal. */
async function shop(): Promise<Bench> {
  const bench = await apiBench()
  const { dataset } = await bench.access.createDataset({ name: 'Shop' })
  const id = dataset.dataset_id
  await bench.deliver(id, 'browser', [
    event({ user_data: PERSON, custom_data: { value: 29, currency: 'EUR', order_id: '1' } }),
  ])
  await bench.deliver(id, 'server', [
    event({ user_data: { ...PERSON, em: JO } }),
    event({ event_id: 'order-2', custom_data: { value: 5, currency: 'EUR', order_id: '=2' } }),
    event({ event_name: 'Lead', event_id: 'lead', user_data: { ...PERSON, em: [ANN, JO] } }),
  ])
  await bench.deliver(id, 'browser', [
    event({ event_id: 'robot', user_data: { client_user_agent: 'a bot' } }),
    event({ event_id: 'old', event_time: 1 }),
  ])
  return { ...bench, id }
}

async function found(bench: Bench, query: string): Promise<(string | undefined)[]> {
  const answer = await bench.get(`/api/datasets/${bench.id}/events?${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  const page = eventsSchema.parse(answer.json()) as EventsAnswer
  return page.events.map(({ event_id }) => event_id)
}

describe('a search', () => {
  it.each([
    [`person=${JO}`, ['lead', 'order-1']],
    [`person=${ANN},${JO}`, ['lead', 'order-2', 'order-1']],
    [`person=${JO}&event_name=Purchase`, ['order-1']],
    [`person=${hash('sha256', 'nobody')}`, []],
    ['order_id=1', ['lead', 'order-1']],
    ['event_id=order-2', ['order-2']],
    ['seen_by=both', ['order-1']],
    ['seen_by=server_only', ['lead', 'order-2']],
    ['seen_by=browser', ['order-1']],
    ['verdict=duplicate', ['order-1']],
    ['verdict=dropped&reason=bot', ['robot']],
    ['verdict=all', ['old', 'robot', 'lead', 'order-2', 'order-1']],
    ['verdict=all&reason=event_too_old', ['old']],
    ['finding=value_mismatch', ['order-1']],
    ['person=', ['lead', 'order-2', 'order-1']],
  ])('by %s', async (query, expected) => {
    expect(await found(await shop(), query)).toEqual(expected)
  })

  it('goes on with its cursor and says how far back it looked', async () => {
    const bench = await shop()
    const path = `/api/datasets/${bench.id}/events?person=${JO}&limit=1`
    const first = (await bench.get(path)).json() as EventsAnswer
    expect(first.events.map(({ event_id }) => event_id)).toEqual(['lead'])
    expect(first.looked_back_to).toBe(NOW_S)
    const next = (await bench.get(`${path}&cursor=${first.next_cursor}`)).json() as EventsAnswer
    expect(next.events.map(({ event_id }) => event_id)).toEqual(['order-1'])
    expect(next).toMatchObject({ next_cursor: null, looked_back_to: null })
  })

  it('refuses what is not a filter', async () => {
    const bench = await shop()
    for (const query of ['seen_by=nobody', 'verdict=x', 'cursor=x', 'persons=x']) {
      const answer = await bench.get(`/api/datasets/${bench.id}/events?${query}`)
      expect(answer.json().error.code).toBe('invalid_request')
    }
  })
})

describe('the story of one event', () => {
  const story = async (bench: Bench, id: string): Promise<EventStory> => {
    const answer = await bench.get(`/api/datasets/${bench.id}/events/${id}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return eventStorySchema.parse(answer.json())
  }

  it('is found by its number, also by that of a later report', async () => {
    const bench = await shop()
    for (const id of ['1', '2']) {
      const { event, consent, deliveries, rules } = await story(bench, id)
      expect(event).toMatchObject({ id: '1', matched_by: 'event_id', verdict: 'accepted' })
      expect(event.legs.map(({ channel }) => channel)).toEqual(['browser', 'server'])
      expect(consent).toMatchObject({ seq: 1, reports: 2 })
      expect([deliveries, rules]).toEqual([[], []])
    }
  })

  it('tells of what was not counted, too', async () => {
    const bench = await shop()
    expect((await story(bench, '5')).event).toMatchObject({ verdict: 'dropped', reason: 'bot' })
  })

  it('names the rules that acted', async () => {
    const bench = await shop()
    const rules = [{ id: 'none', name: 'No free leads', actions: [{ do: 'drop' }] }]
    await bench.send('POST', `/api/datasets/${bench.id}/rules/publish`, { rules, revision: 0 })
    await bench.deliver(bench.id, 'server', [event({ event_id: 'ruled' })])
    const { event: ruled, rules: acted } = await story(bench, '7')
    expect(ruled).toMatchObject({ verdict: 'dropped', reason: 'rule:none' })
    expect(acted).toEqual([{ id: 'none', name: 'No free leads' }])
  })

  it.each(['99', '0', 'x', '1e3', '-1'])('says that there is no event %s', async (id) => {
    const bench = await shop()
    const answer = await bench.get(`/api/datasets/${bench.id}/events/${id}`)
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'event_not_found'])
  })
})

describe('an export', () => {
  it('holds all that a search finds, as the event log shows it', async () => {
    const bench = await shop()
    const answer = await bench.get(`/api/datasets/${bench.id}/events/export?verdict=all`)
    expect(answer.headers['content-disposition']).toContain(`events-${bench.id}.ndjson`)
    const lines = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const page = await bench.get(`/api/datasets/${bench.id}/events?verdict=all`)
    expect(lines).toEqual(page.json().events)
  })

  it('is a table that a spreadsheet takes for text', async () => {
    const bench = await shop()
    const answer = await bench.get(`/api/datasets/${bench.id}/events/export?format=csv`)
    const [head, lead, second, sale, end] = answer.body.split('\r\n')
    expect(head).toMatch(/^id,event_name,event_id,event_time,received_at,verdict/)
    expect(lead).toMatch(/^4,Lead,lead,2027-01-15T08:00:00.000Z/)
    expect(second).toContain(",'=2,")
    expect(sale).toContain(',browser server,event_id,30.1,EUR,1,')
    expect(sale).not.toContain(JO)
    expect(end).toBe('')
  })

  it('looks for a person through the whole log', async () => {
    const bench = await shop()
    const answer = await bench.get(`/api/datasets/${bench.id}/events/export?person=${ANN}`)
    expect(answer.body.trim().split('\n')).toHaveLength(2)
  })
})

describe('what stands behind an event name', () => {
  it('is when it was seen, and whether it still comes', async () => {
    const bench = await shop()
    bench.clock.ms += 3 * 86_400_000
    await bench.deliver(bench.id, 'server', [event({ event_id: 'late', event_time: NOW_S + 9 })])
    const answer = await bench.get(`/api/datasets/${bench.id}/event-names`)
    const { event_names } = eventNamesSchema.parse(answer.json())
    expect(event_names.map(({ event_name, status, days }) => [event_name, status, days])).toEqual([
      ['Purchase', 'active', 2],
      ['Lead', 'rare', 1],
    ])
    expect(event_names[1]).toMatchObject({ precision: 'day' })
  })

  it('is a sample that says its size: parameters, pages, devices, the newest', async () => {
    const bench = await shop()
    const path = `/api/datasets/${bench.id}/event-details`
    const answer = await bench.get(`${path}?event_name=Purchase`)
    const details = eventDetailsSchema.parse(answer.json())
    expect(details.sample).toEqual({ events: 2, whole: true, from: NOW_S, to: NOW_S })
    expect(details.parameters.find(({ key }) => key === 'value')).toEqual({
      key: 'value',
      browser: { with: 1, of: 1 },
      server: { with: 2, of: 2 },
    })
    expect(details.pages).toEqual([{ name: 'shop.example/thanks', events: 2 }])
    expect(details.events.map(({ order_id, value }) => [order_id, value])).toEqual([
      ['=2', 5],
      ['1', 30.1],
    ])
    const none = await bench.get(`${path}?event_name=Purchase&to=5`)
    expect(none.json()).toMatchObject({ sample: { events: 0, from: null }, parameters: [] })
    expect((await bench.get(path)).statusCode).toBe(400)
  })
})

it('tells how a dataset is, with what it is made of', async () => {
  const bench = await shop()
  const read = async () => {
    const answer = await bench.get(`/api/datasets/${bench.id}/health`)
    return datasetHealthSchema.parse(answer.json())
  }
  const { hour, setup, deliveries } = await read()
  expect(hour).toMatchObject({ received: 0, this_hour: 6, state: 'unknown', usual: null })
  expect(deliveries).toMatchObject({ destinations: 0, held: 0, alarms: [] })
  expect(setup.filter(({ done }) => done).map(({ step }) => step)).toEqual([
    'pixel',
    'server',
    'shared_ids',
    'match_keys',
  ])
  expect(setup[2]).toMatchObject({ with: 1, of: 1 })
  bench.clock.ms += 3_600_000
  expect((await read()).hour).toMatchObject({ received: 6, this_hour: 0, days: 0 })
})
