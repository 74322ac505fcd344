/**
 * The API on a memory store with the real pipeline in front and a clock that stands still: for
 * tests of routes without sockets and files. test/cli goes through the real server.
 */
import { hash, randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { type Access, createAccess } from '../../src/access/access.ts'
import { createDomains } from '../../src/access/domains.ts'
import { createHistory } from '../../src/access/history.ts'
import { registerApi } from '../../src/api/api.ts'
import { createLive } from '../../src/api/live.ts'
import { createTestCodes } from '../../src/collector/test-codes.ts'
import type { SmtpSettings } from '../../src/config.ts'
import type { Channel, Leg } from '../../src/event/shape.ts'
import { createIngest } from '../../src/ingest/accept.ts'
import type { Outcome } from '../../src/ingest/ingest.ts'
import { openIntegrations } from '../../src/integrations.ts'
import { SOURCES } from '../../src/platforms.ts'
import { createReconciler } from '../../src/reconcile/reconciler.ts'
import { createConfigs } from '../../src/relay/configs.ts'
import { createReplays } from '../../src/relay/replay.ts'
import { createStoredRules } from '../../src/replay-rules.ts'
import { createRuleBook } from '../../src/rules/rule-book.ts'
import { createRulesInForce } from '../../src/rules/rules-in-force.ts'
import { createSampleDoor } from '../../src/sample-door.ts'
import { createSecretBox } from '../../src/secret-box.ts'
import { createCatalogs } from '../../src/sources/catalog/catalogs.ts'
import { sightedStretch } from '../../src/sources/catalog/sighted-stretch.ts'
import { createConnections } from '../../src/sources/inbox/connections.ts'
import { createOffline } from '../../src/sources/offline/offline.ts'
import { memoryStore } from '../../src/store/drivers/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { openWatch, type Watching } from '../../src/watching.ts'

export const ADMIN = 'configured-admin-token'
export const NOW_MS = 1_800_000_000_000
export const NOW_S = NOW_MS / 1000

export interface ApiBench {
  readonly app: FastifyInstance
  readonly store: Store
  /** What `store` writes into. */
  readonly kept: Store
  readonly access: Access
  readonly clock: { ms: number }
  /** Ticks of `every`, by hand. */
  readonly beat: () => void
  readonly publish: (legs: readonly Leg[]) => void
  /** Warnings and errors of the server's log. */
  readonly logged: readonly string[]
  readonly watching: Watching
  /** Through prepare, resolve and commit. */
  deliver(
    datasetId: string,
    channel: Channel,
    events: readonly unknown[],
  ): Promise<readonly Outcome[]>
  get(path: string, token?: string): Promise<LightMyRequestResponse>
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<LightMyRequestResponse>
}

export async function apiBench(
  options: { publicUrl?: string; fetch?: typeof fetch; smtp?: SmtpSettings } = {},
): Promise<ApiBench> {
  const kept = memoryStore()
  const clock = { ms: NOW_MS }
  const nowMs = () => clock.ms
  const history = createHistory({ store: kept, nowMs })
  const { store } = history
  const access = await createAccess({
    store,
    nowMs,
    randomBytes,
    adminToken: ADMIN,
    onDataset: () => undefined,
  })
  const box = createSecretBox({ key: randomBytes(32), randomBytes })
  const configs = await createConfigs({
    store,
    destinations: [],
    box,
    hasDataset: (id) => access.findDataset(id) !== undefined,
    nowMs,
    randomBytes,
  })
  const connections = await createConnections({
    store,
    sources: SOURCES,
    box: createSecretBox({ key: randomBytes(32), randomBytes }),
    hasDataset: (id) => access.findDataset(id) !== undefined,
    nowMs,
    randomBytes,
  })
  const domains = await createDomains({
    store,
    nowMs,
    randomBytes,
    fetch: () => Promise.reject(new Error('no network here')),
    resolveTxt: async () => [],
  })
  const relay = { wake: () => {}, alarms: () => [], lanes: () => [], retry: async () => 0 }
  const live = createLive(() => undefined)
  const sha256 = (text: string): string => hash('sha256', text)
  const inForce = createRulesInForce(sha256)
  const rules = await createRuleBook({ ...store, nowMs, onPublished: inForce.set })
  const beats = new Set<() => void>()
  const logged: string[] = []
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line) => logged.push(line) } } })
  const watching = await openWatch({
    ...{ store, access, destinations: configs, relay, nowMs, clockMs: () => 0 },
    every: () => () => undefined,
    ...{ box, fetch: options.fetch ?? fetch, smtp: options.smtp, publicUrl: options.publicUrl },
    onTrouble: (error) => {
      throw error
    },
  })
  registerApi(app, {
    diagnostics: watching.diagnostics,
    alerts: watching.alerts,
    store,
    access,
    domains,
    history,
    live,
    testCodes: createTestCodes('key', Date.now),
    samples: createSampleDoor({
      accept: () => Promise.reject(new Error('nothing comes in here')),
      findDataset: access.findDataset,
      rulesOf: inForce.of,
      nowMs,
    }),
    destinations: configs,
    integrations: openIntegrations(join(import.meta.dirname, '../../integrations')),
    preview: {
      test: async () => {
        throw new Error('nothing is sent here')
      },
      payload: () => ({ payload: null }),
    },
    relay,
    replays: createReplays({
      store,
      configs,
      relay,
      rules: createStoredRules(access.findDataset),
      nowMs,
      randomBytes,
      onTrouble: (error) => {
        throw error
      },
    }),
    remoteScores: { of: async () => [] },
    rules,
    connections,
    catalogs: createCatalogs({
      ...{ store, box, nowMs, fetch, hasDataset: (id) => access.findDataset(id) !== undefined },
      sightings: (id, seq) => sightedStretch(store, id, seq),
      stopping: new AbortController().signal,
      onTrouble: (error) => {
        throw error
      },
    }),
    offline: createOffline({ store, nowMs, sha256, ...access, accept: async () => [] }),
    reconciler: createReconciler({
      ...{ store, nowMs, sha256, findDataset: access.findDataset },
      accept: async () => [],
      destinationsOf: () => [],
      isBot: () => false,
    }),
    hooks: { refusals: () => undefined },
    polls: { status: () => undefined, ask: () => undefined },
    wakeInbox: () => undefined,
    nowMs,
    startDemo: async () => ({ url: '/demo/', dataset_id: '1' }),
    tempFile: (name) => join(tmpdir(), name),
    health: () => ({ ok: true, queue: 0 }),
    version: '1.2.3',
    publicUrl: options.publicUrl,
    isDemo: false,
    clientOf: ({ ip, protocol }) => ({ address: ip, https: protocol === 'https' }),
    every: (_ms, run) => {
      beats.add(run)
      return () => beats.delete(run)
    },
  })
  const ingest = createIngest({
    store,
    routesOf: configs.routesOf,
    nowMs,
    clockMs: () => 0,
    soon: setImmediate,
    sha256,
    rulesOf: inForce.of,
    isBot: (agent) => agent.includes('bot'),
    onCommitted: live.publish,
    onError: (error) => {
      throw error
    },
    onStep: () => {},
  })
  await app.ready()
  return {
    app,
    store,
    kept,
    access,
    clock,
    beat: () => {
      for (const run of beats) run()
    },
    publish: live.publish,
    logged,
    watching,
    deliver: async (datasetId, channel, events) => {
      const dataset = access.findDataset(datasetId)
      if (!dataset) throw new Error(`no dataset ${datasetId}`)
      const via = channel === 'browser' ? 'pixel' : channel === 'server' ? 'graph' : 'source'
      return ingest.accept({ dataset, envelope: { channel, via }, events, bytes: 100 })
    },
    get: (path, token = ADMIN) =>
      app.inject({ url: path, headers: { authorization: `Bearer ${token}` } }),
    send: (method, path, body) =>
      app.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${ADMIN}` },
        ...(body ? { payload: body } : {}),
      }),
  }
}

export const event = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  event_name: 'Purchase',
  event_time: NOW_S,
  event_id: 'order-1',
  action_source: 'website',
  event_source_url: 'https://shop.example/thanks',
  user_data: { em: hash('sha256', 'ann@example.com'), client_user_agent: 'Mozilla/5.0' },
  custom_data: { value: 30.1, currency: 'EUR', order_id: '1' },
  ...fields,
})
