/** Lists of more profiles than one answer of Klaviyo holds. */
import { expect, it } from 'vitest'
import { klaviyo } from './klaviyo.ts'
import type { Delivered } from './source.ts'

const TOPIC = 'event:klaviyo.subscribed_to_email'

it('asks for every profile of a long list, a hundred at a time', () => {
  const settings = klaviyo.schema.parse({ api_key: 'pk_1', topics: { [TOPIC]: 'Lead' } })
  const data = Array.from({ length: 250 }, (_, n) => ({
    topic: TOPIC,
    payload: { data: { id: `e${n}`, relationships: { profile: { data: { id: `P${n}` } } } } },
  }))
  let delivered: Delivered = {
    ...{ headers: {}, query: {}, text: JSON.stringify({ data }), receivedMs: 1_772_460_100_000 },
    fetched: {},
  }
  const asked: number[] = []
  for (let n = 0; n < 4; n++) {
    const ask = klaviyo.ask?.(delivered, settings)
    if (!ask || 'failed' in ask) break
    const filter = new URL(ask.url).searchParams.get('filter') ?? ''
    const ids = [...filter.matchAll(/"(\w+)"/g)].map(([, id]) => id)
    asked.push(ids.length)
    const found = ids.map((id) => ({ id, attributes: { email: `${id}@example.com` } }))
    const fetched = { ...delivered.fetched, [ask.name]: JSON.stringify({ data: found }) }
    delivered = { ...delivered, fetched }
  }
  expect(asked).toEqual([100, 100, 50])
  const said = klaviyo.translate(delivered, settings)
  const facts = 'facts' in said ? said.facts : []
  const people = facts.map((fact) => fact.kind === 'event' && fact.event.user_data.em)
  expect(people).toEqual(data.map((_, n) => [`P${n}@example.com`]))
})
