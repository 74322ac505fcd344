/** What every driver promises of the inbox (inbox.ts). Called by conformance.ts. */
import { expect, it } from 'vitest'
import { INBOX_BODY_MS, INBOX_ROW_MS, SOURCE_RECORD_MS } from '../limits.ts'
import { leg, putLegs, SHOP, START_MS, type Suite, tidied } from './conformance-legs.ts'
import type { InboxRow, InboxStatus, InboxWrite } from './inbox.ts'
import type { Store } from './store.ts'

const SHOPIFY = { dataset_id: SHOP, connection_id: 'c_shopify' }

const write = (key: string, more: Partial<InboxWrite> = {}): InboxWrite => ({
  ...SHOPIFY,
  delivery_key: key,
  topic: 'orders/paid',
  received_ms: START_MS,
  sealed: `sealed ${key}`,
  ...more,
})

const claim = (store: Store, now_ms = START_MS, limit = 10) =>
  store.claimReceived({ now_ms, lease_until_ms: now_ms + 1000, limit })

const list = async (store: Store): Promise<readonly InboxRow[]> =>
  (await store.inbox({ dataset_id: SHOP, limit: 100 })).deliveries

const statusOf = async (store: Store): Promise<InboxStatus | undefined> =>
  (await store.inboxStatus(SHOP))[0]

const PURCHASE = { event_name: 'Purchase', event_id: 'purchase:1', verdict: 'accepted' }

/** Claims what is due and ends all of it. */
async function settleAll(
  store: Store,
  state: 'translated' | 'ignored' | 'failed',
  reason?: string,
): Promise<void> {
  const settlements = (await claim(store)).map(({ id, attempts }) => ({
    id,
    attempts,
    state,
    ...(reason ? { reason } : {}),
    events: state === 'translated' ? [PURCHASE] : [],
  }))
  await store.settleReceived({ dataset_id: SHOP, now_ms: START_MS, settlements, records: [] })
}

export function describeInbox({ store: make }: Suite): void {
  it('gives what was received once, the oldest first, with what was sealed', async () => {
    const store = await make()
    await store.receive(write('a'))
    await store.receive(write('b', { received_ms: START_MS + 5 }))
    expect(await store.nextReceivedMs()).toBe(START_MS)
    const claimed = await claim(store, START_MS + 5)
    expect(claimed).toMatchObject([
      { sealed: 'sealed a', attempts: 1, state: 'received', topic: 'orders/paid', kept: true },
      { sealed: 'sealed b' },
    ])
    expect(await claim(store, START_MS + 6)).toEqual([])
    expect(await claim(store, START_MS + 1005)).toHaveLength(2)
  })

  it('claims of one dataset at a time, and no more than asked for', async () => {
    const store = await make()
    for (const key of ['a', 'b', 'c']) await store.receive(write(key))
    await store.receive(write('x', { dataset_id: 'B' }))
    expect(await claim(store, START_MS, 2)).toHaveLength(2)
    const rest = await claim(store, START_MS)
    expect(rest.map(({ sealed }) => sealed)).toEqual(['sealed c'])
    expect(await claim(store, START_MS)).toMatchObject([{ dataset_id: 'B' }])
  })

  it('keeps the same delivery once, counts it twice, and wakes the first if that failed', async () => {
    const store = await make()
    expect((await store.receive(write('a'))).duplicate).toBe(false)
    expect((await store.receive(write('a'))).duplicate).toBe(true)
    const elsewhere = write('a', { connection_id: 'c_other' })
    expect((await store.receive(elsewhere)).duplicate).toBe(false)
    await settleAll(store, 'failed', 'defect')
    await store.receive(write('a'))
    const { states } = (await store.inboxStatus(SHOP)).find(
      ({ connection_id }) => connection_id === SHOPIFY.connection_id,
    ) as InboxStatus
    expect(states).toEqual({ received: 1, translated: 0, ignored: 0, failed: 0, duplicate: 2 })
    expect(await claim(store)).toMatchObject([{ sealed: 'sealed a', attempts: 2 }])
  })

  it('ends each with its reason and events, and counts by state', async () => {
    const store = await make()
    await store.receive(write('a'))
    await settleAll(store, 'translated')
    await store.receive(write('b'))
    await settleAll(store, 'ignored', 'already_counted')
    expect(await list(store)).toMatchObject([
      { state: 'ignored', reason: 'already_counted', events: [], settled_ms: START_MS },
      { state: 'translated', events: [PURCHASE] },
    ])
    expect(await statusOf(store)).toMatchObject({
      connection_id: 'c_shopify',
      states: { received: 0, translated: 1, ignored: 1, failed: 0, duplicate: 0 },
      last_received_ms: START_MS,
    })
    expect(
      (await store.inbox({ dataset_id: SHOP, state: 'ignored', limit: 9 })).deliveries,
    ).toHaveLength(1)
  })

  it('pages through them, of one connection or all', async () => {
    const store = await make()
    for (const key of ['a', 'b', 'c']) await store.receive(write(key))
    await store.receive(write('d', { connection_id: 'c_other' }))
    const page = await store.inbox({ ...SHOPIFY, limit: 2 })
    expect(page.deliveries).toHaveLength(2)
    const before = page.next_before_id ?? 0
    const rest = await store.inbox({ ...SHOPIFY, limit: 2, before_id: before })
    expect(rest.deliveries).toHaveLength(1)
    expect(rest.next_before_id).toBeUndefined()
    expect(await list(store)).toHaveLength(4)
  })
}

export function describeInboxRetries({ store: make }: Suite): void {
  it('gives back what could not be done now, and takes no word from an older claim', async () => {
    const store = await make()
    await store.receive(write('a'))
    const [first] = await claim(store)
    const [second] = await claim(store, START_MS + 1000)
    const { id } = first ?? { id: 0 }
    const settle = (attempts: number, due_ms: number) =>
      store.settleReceived({
        dataset_id: SHOP,
        now_ms: START_MS,
        settlements: [{ id, attempts, state: 'received', due_ms, reason: 'store_full' }],
        records: [],
      })
    await settle(first?.attempts ?? 0, START_MS)
    expect(await claim(store, START_MS + 1001)).toEqual([])
    await settle(second?.attempts ?? 0, START_MS + 3000)
    expect(await list(store)).toMatchObject([{ state: 'received', reason: 'store_full' }])
    expect(await store.nextReceivedMs()).toBe(START_MS + 3000)
  })

  it('ends every claim at once: what was claimed or given back comes first, as received', async () => {
    const store = await make()
    for (const key of ['a', 'b', 'c']) await store.receive(write(key))
    await store.receive(write('x', { dataset_id: 'B' }))
    const dead = await claim(store, START_MS, 3)
    const { id = 0, attempts = 0 } = dead[0] ?? {}
    const given = { id, attempts, state: 'received' as const, due_ms: START_MS + 1e6 }
    const request = { dataset_id: SHOP, now_ms: START_MS, settlements: [given], records: [] }
    await store.settleReceived(request)
    await store.receive(write('d', { received_ms: START_MS + 1 }))
    expect(await store.endClaims()).toBe(3)
    expect(await store.endClaims()).toBe(0)
    const again = (await claim(store, START_MS + 1, 3)).map((one) => [one.sealed, one.attempts])
    expect(again).toEqual([
      ['sealed a', 2],
      ['sealed b', 2],
      ['sealed c', 2],
    ])
    expect(await claim(store, START_MS + 1)).toMatchObject([{ dataset_id: 'B', attempts: 1 }])
    expect(await claim(store, START_MS + 1)).toMatchObject([{ sealed: 'sealed d', attempts: 1 }])
    const ended = dead.map((one) => ({ ...one, state: 'failed' as const, events: [] }))
    await store.settleReceived({ ...request, settlements: ended })
    expect((await statusOf(store))?.states).toMatchObject({ received: 4, failed: 0 })
  })

  it('makes them due again: all in a state, or those named', async () => {
    const store = await make()
    for (const key of ['a', 'b']) await store.receive(write(key))
    await settleAll(store, 'failed', 'defect')
    const now_ms = START_MS + 60_000
    const [newest] = await list(store)
    const one = { ...SHOPIFY, now_ms, states: ['failed'] as const, ids: [newest?.id ?? 0] }
    expect(await store.retryReceived(one)).toBe(1)
    expect(await store.retryReceived({ ...SHOPIFY, now_ms, states: ['failed'] })).toBe(1)
    expect(await store.retryReceived({ ...SHOPIFY, now_ms, states: ['failed'] })).toBe(0)
    expect(await claim(store, now_ms)).toHaveLength(2)
    expect((await statusOf(store))?.states).toMatchObject({ received: 2, failed: 0 })
  })
}

export function describeInboxWaits({ store: make }: Suite): void {
  it('says why one waits, and makes it due at once when asked', async () => {
    const store = await make()
    await store.receive(write('a'))
    const [{ id, attempts } = { id: 0, attempts: 0 }] = await claim(store)
    const words = { reason: 'enrich_failed', detail: 'It answered 503.' }
    const waits = { id, attempts, state: 'received' as const, due_ms: START_MS + 1e6, ...words }
    const request = { dataset_id: SHOP, now_ms: START_MS, settlements: [waits], records: [] }
    await store.settleReceived(request)
    expect(await list(store)).toMatchObject([{ state: 'received', ...words }])
    const retry = { ...SHOPIFY, now_ms: START_MS + 5 }
    expect(await store.retryReceived({ ...retry, states: ['failed'] })).toBe(0)
    expect(await store.retryReceived({ ...retry, ids: [id], states: ['received'] })).toBe(1)
    expect(await store.retryReceived({ ...retry, states: ['received'] })).toBe(0)
    expect(await store.nextReceivedMs()).toBe(START_MS + 5)
    expect((await statusOf(store))?.states).toMatchObject({ received: 1, failed: 0 })
  })
}

export function describeInboxUpkeep({ clock, store: make }: Suite): void {
  it('drops the bodies of what is done after their time, and rows after theirs', async () => {
    const store = await make()
    await store.receive(write('done'))
    await settleAll(store, 'translated')
    await store.receive(write('failed'))
    await settleAll(store, 'failed', 'defect')
    const bytes = async () => (await statusOf(store))?.bytes ?? 0
    const before = await bytes()
    clock.nowMs = START_MS + INBOX_BODY_MS + 1
    await tidied(store, clock.nowMs)
    expect((await list(store)).map(({ kept }) => kept)).toEqual([true, false])
    expect(before - (await bytes())).toBe('sealed done'.length)
    clock.nowMs = START_MS + INBOX_ROW_MS + 1
    await tidied(store, clock.nowMs)
    expect(await list(store)).toEqual([])
    expect(await statusOf(store)).toMatchObject({ bytes: 0, states: { translated: 1, failed: 1 } })
  })

  it('is gone with its connection or its dataset, and from nowhere else', async () => {
    const store = await make()
    await store.receive(write('a'))
    await store.receive(write('b', { connection_id: 'c_other' }))
    await store.receive(write('c', { dataset_id: 'B' }))
    await store.eraseConnection(SHOPIFY)
    expect(await list(store)).toMatchObject([{ connection_id: 'c_other' }])
    expect(await store.inboxStatus(SHOP)).toHaveLength(1)
    await putLegs(store, [leg(1)])
    await store.erase(SHOP)
    expect([await list(store), await store.inboxStatus(SHOP)]).toEqual([[], []])
    expect(await store.inboxStatus('B')).toHaveLength(1)
  })

  it('keeps no body that was translated after a person was erased', async () => {
    const store = await make()
    await store.receive(write('a'))
    await settleAll(store, 'translated')
    await store.receive(write('b'))
    await putLegs(store, [leg(1)])
    await store.erase(SHOP, ['a'.repeat(64)])
    expect((await list(store)).map(({ kept }) => kept)).toEqual([true, false])
    const all = { ...SHOPIFY, now_ms: START_MS, states: ['translated' as const] }
    expect(await store.retryReceived(all)).toBe(0)
  })
}

export function describeRecords({ clock, store: make }: Suite): void {
  const put = (store: Store, key: string, value: string, revision: number) =>
    store.settleReceived({
      dataset_id: SHOP,
      now_ms: clock.nowMs,
      settlements: [],
      records: [{ key, value, revision }],
    })

  it('are read by key, and written only over what was read', async () => {
    const store = await make()
    expect(await store.records(SHOP, ['order:1'])).toEqual([])
    expect(await put(store, 'order:1', '"a"', 0)).toEqual({ conflict: false })
    expect(await put(store, 'order:1', '"b"', 0)).toEqual({ conflict: true })
    const [known] = await store.records(SHOP, ['order:1', 'order:2'])
    expect(known).toMatchObject({ key: 'order:1', value: '"a"' })
    expect(await put(store, 'order:1', '"b"', known?.revision ?? 0)).toEqual({ conflict: false })
    expect(await store.records('B', ['order:1'])).toEqual([])
  })

  it('that conflict leave everything as it was', async () => {
    const store = await make()
    await store.receive(write('a'))
    await put(store, 'order:1', '1', 0)
    const [claimed] = await claim(store)
    const { id = 0, attempts = 0 } = claimed ?? {}
    const request = {
      dataset_id: SHOP,
      now_ms: START_MS,
      settlements: [{ id, attempts, state: 'translated' as const, events: [PURCHASE] }],
      records: [
        { key: 'order:2', value: '2', revision: 0 },
        { key: 'order:1', value: '3', revision: 0 },
      ],
    }
    expect(await store.settleReceived(request)).toEqual({ conflict: true })
    expect(await store.records(SHOP, ['order:2'])).toEqual([])
    expect(await list(store)).toMatchObject([{ state: 'received' }])
  })

  it('are forgotten long after the last word about them', async () => {
    const store = await make()
    await put(store, 'order:1', '1', 0)
    clock.nowMs = START_MS + SOURCE_RECORD_MS
    await tidied(store, clock.nowMs)
    expect(await store.records(SHOP, ['order:1'])).toHaveLength(1)
    await tidied(store, clock.nowMs + 1)
    expect(await store.records(SHOP, ['order:1'])).toEqual([])
  })
}
