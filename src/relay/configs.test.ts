import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Destination } from '../destinations/destination.ts'
import { TwofoldError } from '../errors.ts'
import { DESTINATIONS_PER_DATASET_MAX } from '../limits.ts'
import { createSecretBox } from '../secret-box.ts'
import { memoryStore } from '../store/drivers/memory.ts'
import type { Store } from '../store/store.ts'
import { type Configs, createConfigs } from './configs.ts'
import { BOX, DATASET, DAY_MS, Remote, settingsSchema, TOKEN } from './relay.fixture.ts'

const OTHER_BOX = createSecretBox({ key: new Uint8Array(32).fill(9), randomBytes })
const richSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('a'),
    key: z.string().meta({ secret: true }).optional(),
    headers: z.record(z.string(), z.string().meta({ secret: true })).default({}),
  }),
  z.object({ kind: z.literal('b'), key: z.string().meta({ secret: true }), region: z.string() }),
])
const rich: Destination = { ...new Remote().destination('rich'), schema: richSchema }
const remote = new Remote().destination('remote')

const open = (store: Store = memoryStore(), box = BOX): Promise<Configs> =>
  createConfigs({
    store,
    destinations: [remote, rich],
    box,
    hasDataset: (id) => id === DATASET,
    nowMs: () => 1000,
    randomBytes,
  })
const input = { type: 'remote', name: 'Meta', settings: { token: TOKEN } }
const keyOf = (view: { dataset_id: string; destination_id: string }) => ({
  dataset_id: view.dataset_id,
  destination_id: view.destination_id,
})
const tokenOf = (configs: Configs, key: ReturnType<typeof keyOf>): unknown => {
  const opened = configs.opened(key)
  return opened.state === 'ready' ? (opened.settings as { token: unknown }).token : opened
}

describe('a destination', () => {
  it('is made with defaults, shown masked, and the same after a restart', async () => {
    const store = memoryStore()
    const configs = await open(store)
    const view = await configs.create(DATASET, input)
    expect(view).toEqual({
      dataset_id: DATASET,
      destination_id: expect.stringMatching(/^d_[a-z0-9]{6}$/),
      created_at_ms: 1000,
      type: 'remote',
      name: 'Meta',
      enabled: true,
      settings: { token: '•••• 1234', url: 'https://remote.example/events' },
      legs: { default: null, by_event: {} },
      only_events: [],
      except_events: [],
      events_per_s_max: null,
    })
    const again = await open(store)
    expect(again.list(DATASET)).toEqual([view])
    expect(again.find(keyOf(view))).toEqual(view)
    expect(tokenOf(again, keyOf(view))).toBe(TOKEN)
  })

  it('sends no stored secret to another server: it must be entered with the address', async () => {
    const configs = await open()
    const key = keyOf(await configs.create(DATASET, input))
    const url = 'https://elsewhere.example/events'
    for (const token of [undefined, '•••• 1234']) {
      const settings = { url, ...(token ? { token } : {}) }
      await expect(configs.update(key, { settings })).rejects.toMatchObject({
        code: 'invalid_request',
        detail: 'settings.url names another server: enter settings.token with it.',
      })
      expect(() => configs.draft({ ...key, change: { settings } })).toThrow(/enter settings.token/)
    }
    await configs.update(key, { settings: { url: 'https://remote.example/other' } })
    await configs.update(key, { settings: { url, token: 'a-new-token-5678' } })
    expect(tokenOf(configs, key)).toBe('a-new-token-5678')
  })

  it('seals what an earlier version stored in clear, as soon as it is opened', async () => {
    const store = memoryStore()
    const key = keyOf(await (await open(store)).create(DATASET, input))
    const [document] = await store.getSettings('destination')
    const value = { ...(document?.value as object), settings: { token: TOKEN } }
    await store.putSettings([{ kind: 'destination', id: document?.id ?? '', value }])
    const configs = await open(store)
    expect(JSON.stringify(await store.getSettings('destination'))).not.toContain(TOKEN)
    expect(configs.opened(key)).toMatchObject({ settings: { token: TOKEN }, secrets: [TOKEN] })
  })

  it('keeps its secrets out of the store', async () => {
    const store = memoryStore()
    const configs = await open(store)
    const headers = { authorization: 'Bearer abc-secret-header', 'x.y': 'dotted-secret' }
    const settings = { kind: 'a', key: 'first-secret-key', headers }
    const view = await configs.create(DATASET, { type: 'rich', name: 'Rich', settings })
    const stored = JSON.stringify(await store.getSettings('destination'))
    for (const secret of ['secret-header', 'dotted-secret', 'first-secret']) {
      expect(stored).not.toContain(secret)
      expect(JSON.stringify(view)).not.toContain(secret)
    }
    expect(configs.opened(keyOf(view))).toMatchObject({ state: 'ready', settings })
  })

  it.each([
    ['an unknown type', { ...input, type: 'mata' }, 'type: there is no "mata"; known are: remote'],
    ['no name', { ...input, name: ' ' }, 'name: '],
    ['a missing secret', { ...input, settings: {} }, 'settings.token: '],
    ['a field that is none', { ...input, nam: 'x' }, 'nam'],
    ['a wrong policy', { ...input, legs: { default: { send: 'all' } } }, 'legs.default.send: '],
    ['no object', 7, 'expected object'],
  ])('is refused with %s, and the error names it', async (_, wrong, words) => {
    const configs = await open()
    const refused = configs.create(DATASET, wrong)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(refused).rejects.toThrow(words)
    expect(configs.list(DATASET)).toEqual([])
  })

  it('never quotes a secret in an error', async () => {
    const configs = await open()
    const wrong = { ...input, settings: { token: { nested: TOKEN } } }
    const error: unknown = await configs.create(DATASET, wrong).catch((caught) => caught)
    expect(error).toBeInstanceOf(TwofoldError)
    expect(String(error)).not.toContain(TOKEN)
  })

  it('is one of a bounded number', async () => {
    const configs = await open()
    for (let i = 0; i < DESTINATIONS_PER_DATASET_MAX; i++) await configs.create(DATASET, input)
    await expect(configs.create(DATASET, input)).rejects.toMatchObject({ code: 'limit_reached' })
  })

  it('is in force only once it is stored', async () => {
    const store = memoryStore()
    const stored = Promise.withResolvers<void>()
    const slow: Store = { ...store, putSettings: () => stored.promise }
    const configs = await open(slow)
    const made = configs.create(DATASET, input)
    await new Promise((done) => setImmediate(done))
    expect([configs.list(DATASET), configs.routesOf(DATASET)]).toEqual([[], []])
    stored.resolve()
    const view = await made
    expect(configs.list(DATASET)).toEqual([view])
    expect(configs.routesOf(DATASET)).toHaveLength(1)
  })

  it('is not in force when the store refuses it', async () => {
    const store = memoryStore()
    const full = { ...store, putSettings: () => Promise.reject(new TwofoldError('store_full')) }
    const configs = await open(full)
    await expect(configs.create(DATASET, input)).rejects.toMatchObject({ code: 'store_full' })
    expect([configs.list(DATASET), configs.routesOf(DATASET)]).toEqual([[], []])
  })
})

describe('a change', () => {
  it.each([
    ['of the name keeps the secret', { name: 'New' }, TOKEN],
    ['with the mask sent back keeps the secret', { settings: { token: '•••• 1234' } }, TOKEN],
    [
      'of another setting keeps the secret',
      { settings: { url: 'https://remote.example/b' } },
      TOKEN,
    ],
    ['of the secret replaces it', { settings: { token: 'a-new-token' } }, 'a-new-token'],
  ])('%s', async (_, patch, token) => {
    const configs = await open()
    const key = keyOf(await configs.create(DATASET, input))
    await configs.update(key, patch)
    expect(tokenOf(configs, key)).toBe(token)
  })

  it('with null puts a setting back to its default', async () => {
    const configs = await open()
    const settings = { token: TOKEN, url: 'https://b.example' }
    const key = keyOf(await configs.create(DATASET, { ...input, settings }))
    const view = await configs.update(key, { settings: { url: null } })
    expect(view.settings).toMatchObject({ url: 'https://remote.example/events' })
  })

  it.each([
    ['to another type', { type: 'rich' }, 'invalid_request'],
    ['that the schema refuses', { settings: { url: 5 } }, 'invalid_request'],
    ['that removes what must be there', { settings: { token: null } }, 'invalid_request'],
  ])('%s is refused and changes nothing', async (_, patch, code) => {
    const configs = await open()
    const view = await configs.create(DATASET, input)
    await expect(configs.update(keyOf(view), patch)).rejects.toMatchObject({ code })
    expect(configs.list(DATASET)).toEqual([view])
  })

  it('of one that is not there is refused', async () => {
    const configs = await open()
    const key = { dataset_id: DATASET, destination_id: 'd_none' }
    await expect(configs.update(key, {})).rejects.toMatchObject({ code: 'destination_not_found' })
    await expect(configs.remove(key)).rejects.toMatchObject({ code: 'destination_not_found' })
  })

  it('is told at once to whoever listens, and so is a removal', async () => {
    const configs = await open()
    const key = keyOf(await configs.create(DATASET, input))
    const heard: string[] = []
    configs.onChange((changed) => heard.push(`${changed.destination_id} ${tokenOf(configs, key)}`))
    await configs.update(key, { settings: { token: 'a-new-token' } })
    await configs.remove(key)
    expect(heard).toEqual([`${key.destination_id} a-new-token`, expect.stringContaining('d_')])
    expect(configs.opened(key)).toEqual({ state: 'missing' })
  })
})

describe('with another key', () => {
  it('a destination says so, waits, and works again with its secret entered anew', async () => {
    const store = memoryStore()
    const key = keyOf(await (await open(store)).create(DATASET, input))
    const configs = await open(store, OTHER_BOX)
    expect(configs.opened(key)).toMatchObject({ state: 'unusable', code: 'secret_unreadable' })
    expect(configs.find(key)?.problem?.code).toBe('secret_unreadable')
    await configs.update(key, { name: 'Still here' })
    await expect(
      configs.update(key, { settings: { url: 'https://b.example' } }),
    ).rejects.toMatchObject({ code: 'secret_unreadable' })
    await configs.update(key, { settings: { token: 'entered-again' } })
    expect(tokenOf(configs, key)).toBe('entered-again')
  })
})

describe('a removal', () => {
  it('takes the deliveries along, even when the first try was cut short', async () => {
    const store = memoryStore()
    const erased: string[] = []
    const cut = {
      ...store,
      eraseDestination: () => Promise.reject(new TwofoldError('store_failed')),
    }
    const configs = await open(cut)
    const key = keyOf(await configs.create(DATASET, input))
    await expect(configs.remove(key)).rejects.toMatchObject({ code: 'store_failed' })
    expect(configs.list(DATASET)).toEqual([])
    const again = await open({
      ...store,
      eraseDestination: async (_, id) => {
        erased.push(id)
        return 0
      },
    })
    expect(erased).toEqual([key.destination_id])
    expect(again.list(DATASET)).toEqual([])
    expect(await store.getSettings('destination')).toEqual([])
  })

  it('of a dataset takes its destinations along', async () => {
    const store = memoryStore()
    const configs = await open(store)
    await configs.create(DATASET, input)
    await configs.removeDataset(DATASET)
    expect([configs.list(DATASET), configs.routesOf(DATASET)]).toEqual([[], []])
    expect(await store.getSettings('destination')).toEqual([])
  })
})

describe('what ingest and forms get', () => {
  it('is plain data, with the age limits of the destination asked for in advance', async () => {
    const configs = await open()
    const { destination_id } = await configs.create(DATASET, input)
    const [route] = configs.routesOf(DATASET)
    expect(structuredClone(route)).toEqual(route)
    expect(route).toMatchObject({ destination_id, since_ms: 1000, enabled: true })
    expect(route?.age_ms_max).toMatchObject({ website: 7 * DAY_MS, physical_store: 62 * DAY_MS })
  })

  it('is a schema whose secret fields are marked', async () => {
    const [type] = (await open()).types()
    expect(type).toMatchObject({ name: 'remote', title: 'remote', about: 'For tests.' })
    expect(type?.schema).toMatchObject({
      properties: { token: { secret: true, description: 'The access token.' } },
    })
    expect(settingsSchema.safeParse({ token: '' }).success).toBe(false)
  })
})
