import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TwofoldError } from '../errors.ts'
import type { Channel } from '../event/shape.ts'
import { QUEUE_EVENTS_MAX } from '../limits.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import {
  allLegs,
  MINUTE_MS,
  money,
  OTHER_PERSON,
  openShop,
  PERSON,
  START_MS,
  serverEvent,
} from './shop.fixture.ts'

describe('verdicts', () => {
  it('drops a crawler in the browser channel, and keeps no identifiers of it', async () => {
    const shop = openShop()
    const bot = { client_user_agent: 'Googlebot/2.1', fbp: PERSON }
    const [outcome] = await shop.send('browser', { event_id: 'a', user_data: bot, ...money(1) })
    expect(outcome).toMatchObject({ verdict: 'dropped', reason: 'bot' })
    const legs = await allLegs(shop)
    expect(legs[0]?.event.user_data).toEqual({ client_user_agent: 'Googlebot/2.1' })
  })

  it('stores what the door turned away as dropped, with its reason and without a person', async () => {
    const shop = openShop()
    const [outcome] = await shop.ingest.accept({
      dataset: shop.dataset,
      envelope: { channel: 'browser', via: 'pixel' },
      events: [serverEvent({ event_id: 'a', fbp: PERSON, ...money(1) }, START_MS)],
      perEvent: [{ dropped: 'domain_not_allowed' }],
      bytes: 1,
    })
    expect(outcome).toMatchObject({ verdict: 'dropped', reason: 'domain_not_allowed' })
    expect(await shop.total('reason:domain_not_allowed')).toBe(1)
    expect((await allLegs(shop))[0]?.event.user_data).toEqual({})
  })

  it('keeps it where the dataset says so', async () => {
    const shop = openShop({ bots: 'keep' })
    const user_data = { client_user_agent: 'Googlebot/2.1', fbp: PERSON }
    const [outcome] = await shop.send('browser', { event_id: 'a', user_data, ...money(1) })
    expect(outcome?.verdict).toBe('accepted')
  })

  it('accepts the good events of a batch and names what is wrong with the bad one', async () => {
    const shop = openShop()
    const [good, bad] = await shop.send(
      'server',
      { event_id: 'a', em: 'x@y.com', ...money(1) },
      { event_id: 'b', event_time: 'yesterday', em: 'x@y.com' },
    )
    expect(good?.verdict).toBe('accepted')
    expect(bad).toMatchObject({ verdict: 'rejected', problem: { index: 1, key: 'event_time' } })
    expect(await shop.total('received')).toBe(2)
    expect(await shop.total('rejected')).toBe(1)
  })

  it('refuses the whole batch in meta mode', async () => {
    const shop = openShop({ mode: 'meta' })
    const outcomes = await shop.send(
      'server',
      { event_id: 'a', em: 'x@y.com', ...money(1) },
      { event_id: 'b', event_time: 1, em: 'x@y.com', ...money(1) },
    )
    expect(outcomes.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['rejected', 'batch_refused'],
      ['rejected', 'event_too_old'],
    ])
    expect(await shop.total('accepted')).toBe(0)
    expect(await shop.total('rejected')).toBe(2)
  })

  it('hashes personal data that came in clear, and says so without showing it', async () => {
    const shop = openShop()
    const user_data = { em: ' Jane.Doe@Example.org ' }
    const [outcome] = await shop.send('server', { event_id: 'a', user_data, ...money(1) })
    expect(outcome?.findings).toContainEqual({ code: 'hashed_here', key: 'em' })
    const stored = JSON.stringify(await allLegs(shop))
    expect(stored).toContain(hash('sha256', 'jane.doe@example.org'))
    expect(stored.toLowerCase()).not.toContain('jane.doe')
  })

  it.each([
    ['drop', 'dropped', 0],
    ['anonymous', 'accepted', 1],
  ] as const)(
    'treats refused consent as the dataset chose: %s',
    async (choice, verdict, counted) => {
      const shop = openShop({ denied_consent: choice })
      const [outcome] = await shop.ingest.accept({
        dataset: shop.dataset,
        envelope: { channel: 'browser', via: 'pixel' },
        events: [serverEvent({ event_id: 'a', fbp: PERSON, em: 'x@y.com', ...money(1) }, START_MS)],
        perEvent: [{ consent: { state: 'denied', signal: 'fbq' } }],
        bytes: 1,
      })
      expect(outcome?.verdict).toBe(verdict)
      expect(await shop.total('accepted')).toBe(counted)
      expect((await allLegs(shop))[0]?.event.user_data).toEqual({})
    },
  )

  it.each([
    ['ignore', 'accepted', undefined],
    ['limit', 'accepted', ['LDU']],
    ['block', 'dropped', undefined],
  ] as const)(
    'honours Global Privacy Control as the dataset chose: %s',
    async (gpc, verdict, dpo) => {
      const shop = openShop({ gpc })
      const [outcome] = await shop.ingest.accept({
        dataset: shop.dataset,
        envelope: { channel: 'browser', via: 'pixel' },
        events: [serverEvent({ event_id: 'a', fbp: PERSON, ...money(1) }, START_MS)],
        perEvent: [{ consent: { state: 'denied', signal: 'gpc' } }],
        bytes: 1,
      })
      expect(outcome?.verdict).toBe(verdict)
      expect((await allLegs(shop))[0]?.event.data_processing_options).toEqual(dpo)
    },
  )
})

describe('the queue', () => {
  it('refuses what does not fit, and keeps nothing of it', async () => {
    const shop = openShop()
    const view = { event_name: 'PageView', fbp: PERSON }
    const batch = Array.from({ length: 1000 }, () => view)
    const sent = Array.from({ length: QUEUE_EVENTS_MAX / 1000 + 2 }, () =>
      shop.send('browser', ...batch).then(
        () => 'taken',
        (error: unknown) => (error instanceof TwofoldError ? error.code : 'other'),
      ),
    )
    const answers = await Promise.all(sent)
    expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(2)
    expect(await shop.total('received')).toBe(QUEUE_EVENTS_MAX)
  })

  it('answers everything it took before it stops, and takes nothing more', async () => {
    const shop = openShop()
    const taken = shop.send('browser', { event_id: 'a', ...money(1) })
    const drained = shop.ingest.drain()
    await expect(shop.send('browser', { event_id: 'b' })).rejects.toMatchObject({
      code: 'shutting_down',
    })
    await drained
    expect((await taken)[0]?.verdict).toBe('accepted')
  })

  it('resolves again when another process committed in between, and still counts once', async () => {
    const store = memoryStore()
    const [one, two] = [openShop({}, store), openShop({}, store)]
    const copies = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? one : two).send('server', { event_id: 'a', em: 'x@y.com', ...money(1) }),
    )
    const outcomes = (await Promise.all(copies)).flat()
    expect(outcomes.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1)
    expect(await one.total('received')).toBe(20)
  })

  it('says that the store failed, keeps nothing, and goes on when it is back', async () => {
    const store = memoryStore()
    let broken = true
    const flaky: Store = {
      ...store,
      commit: (batch) =>
        broken ? Promise.reject(new TwofoldError('store_full')) : store.commit(batch),
    }
    const shop = openShop({}, flaky)
    const event = { event_id: 'a', ...money(1) }
    await expect(shop.send('browser', event)).rejects.toMatchObject({ code: 'store_full' })
    expect(shop.ingest.failing()?.code).toBe('store_full')
    broken = false
    expect((await shop.send('browser', event))[0]?.verdict).toBe('accepted')
    expect(shop.ingest.failing()).toBeUndefined()
  })
})

describe('always', () => {
  it('received = accepted + duplicate + dropped + rejected, and counters = legs', async () => {
    const sent = fc.record({
      channel: fc.constantFrom<Channel>('browser', 'server'),
      name: fc.constantFrom('Purchase', 'PageView', 'Lead'),
      id: fc.constantFrom(undefined, 'a', 'b', 'c'),
      order: fc.constantFrom(undefined, '1', '2'),
      person: fc.constantFrom(undefined, PERSON, OTHER_PERSON),
      value: fc.constantFrom(10, 10.5, 0.1),
      bad: fc.constantFrom(false, false, false, true),
    })
    const history = fc.array(fc.array(sent, { minLength: 1, maxLength: 5 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom('merge', 'suggest'), async (rounds, repair) => {
        const shop = openShop({ repair: repair as 'merge' | 'suggest' })
        for (const round of rounds) {
          await Promise.all(
            round.map(({ channel, name, id, order, person, value, bad }) =>
              shop.send(channel, {
                event_name: name,
                ...(id ? { event_id: id } : {}),
                ...(person ? { fbp: person } : {}),
                ...money(value, 'EUR', order ? { order_id: order } : {}),
                ...(bad ? { event_time: 'never' } : {}),
              }),
            ),
          )
          shop.wait(MINUTE_MS)
        }
        const legs = await allLegs(shop)
        for (const verdict of ['accepted', 'duplicate', 'dropped', 'rejected'] as const) {
          const folded = legs.filter((leg) => leg.verdict === verdict).length
          expect(await shop.total(verdict)).toBe(folded)
        }
        expect(await shop.total('received')).toBe(legs.length)
        const pairs = ['pair:browser', 'pair:server', 'pair:other', 'pair:both']
        const paired = await Promise.all(pairs.map((pair) => shop.total(pair)))
        expect(paired.reduce((sum, n) => sum + n, 0)).toBe(await shop.total('accepted'))
        const ids = legs.filter((leg) => leg.verdict === 'accepted' && leg.event.event_id)
        const names = ids.map(({ event }) => `${event.event_name} ${event.event_id}`)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 150 },
    )
  })
})
