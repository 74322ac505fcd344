/**
 * The composition root: the only file that knows every part. Takes a Config, opens the store,
 * wires ingest, collector, API and pages together and listens. Started by cli/ and by tests.
 */
import { hash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import { type Access, createAccess } from './access/access.ts'
import { registerApi } from './api/api.ts'
import { createLive, type Live } from './api/live.ts'
import { isBot } from './collector/bots.ts'
import { registerCollector } from './collector/collector.ts'
import { registerHealth } from './collector/health.ts'
import { createMetrics, type Metrics } from './collector/metrics.ts'
import type { Config } from './config.ts'
import { createDemo } from './demo.ts'
import type { Destination } from './destinations/destination.ts'
import { ERRORS, errorBody, TwofoldError } from './errors.ts'
import { lockFolder } from './folder-lock.ts'
import { createIngest, type Ingest } from './ingest/accept.ts'
import { BODY_BYTES_MAX } from './limits.ts'
import { registerPages } from './pages.ts'
import { type Configs, createConfigs } from './relay/configs.ts'
import { createRelay, type Relay } from './relay/relay.ts'
import type { DestinationSettings, RelayControl } from './relay/view.ts'
import { createSecretBox, loadSecretKey } from './secret-box.ts'
import { openSqliteStore } from './store/drivers/sqlite.ts'
import type { Store } from './store/store.ts'

/** Every kind of destination, in the order of the page where one is chosen. */
const DESTINATIONS: readonly Destination[] = []

export interface Running {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string
  /** One-time link of the very first start. */
  readonly setupUrl?: string
  /** Creates or finds the demo shop. */
  readonly startDemo: () => Promise<{ url: string; dataset_id: string }>
  readonly destinations: DestinationSettings
  readonly relay: RelayControl
  /** Stops taking requests, answers what is queued, lets go of the outbox, closes the store. */
  readonly close: () => Promise<void>
}

/** Between two lines about the same trouble. */
const LOG_MS = 30_000
/** What open connections get to end by themselves when the server stops. */
const CLOSE_MS = 2000
/** How often the store merges small blocks and drops expired keys. */
const UPKEEP_MS = 2000

const root = join(import.meta.dirname, import.meta.url.endsWith('.ts') ? '..' : '../..')

/** Throws TwofoldError (`store_*`) or the system's error when the port is taken. */
export async function start(
  config: Config,
  destinations: readonly Destination[] = DESTINATIONS,
): Promise<Running> {
  makeFolder(config.dataDir)
  const unlock = lockFolder(config.dataDir)
  let store: Store | undefined
  try {
    store = await openSqliteStore({ file: join(config.dataDir, 'twofold.db'), nowMs: Date.now })
    const { close, ...running } = await serve({ config, store, destinations })
    return {
      ...running,
      close: async () => {
        await close()
        unlock()
      },
    }
  } catch (error) {
    await store?.close()
    unlock()
    throw error
  }
}

/** Not mkdir's own recursion: on a file system that refuses new folders it never comes back. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(resolve(folder))
  if (parent !== resolve(folder)) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    const detail = `${folder} cannot be made: take another, --data FOLDER.`
    throw new TwofoldError(full ? 'store_full' : 'store_read_only', detail, { cause: error })
  }
}

interface Parts {
  readonly config: Config
  readonly store: Store
  readonly destinations: readonly Destination[]
}

async function serve({ config, store, destinations }: Parts): Promise<Running> {
  const app = createApp(config)
  const { access, configs, relay } = await openRelay({ app, config, store, destinations })
  const live = createLive()
  const metrics = createMetrics()
  const ingest = openIngest({ app, store, live, metrics, configs, relay })
  const demo = createDemo({ access, origin: () => originOf(app) })
  const health = () => healthOf(ingest)
  registerHealth(app, { health, metrics: () => metrics.text(ingest.queued()) })
  registerCollector(app, {
    accept: ingest.accept,
    findDataset: access.findDataset,
    authorize: access.authorize,
    grantOf: access.grantOf,
    pixelScript: readFileSync(join(root, 'dist/pixel/p.js'), 'utf8'),
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    nowMs: Date.now,
    random: Math.random,
  })
  registerApi(app, {
    store,
    access,
    live,
    destinations: configs,
    relay,
    nowMs: Date.now,
    startDemo: demo.start,
    tempFile: (name) => join(config.dataDir, name),
    health,
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    publicUrl: config.publicUrl,
    every,
  })
  registerPages(app, {
    folder: join(root, 'dist/ui'),
    shop: demo.answer,
    trustedProxies: config.trustedProxies,
  })
  try {
    await app.listen({ port: config.port, host: config.host })
  } catch (error) {
    await app.close()
    throw error
  }
  await relay.start()
  const stopUpkeep = startUpkeep(app, store, ingest)
  const url = originOf(app)
  const setupCode = access.setupCode()
  return {
    url,
    ...(setupCode ? { setupUrl: `${config.publicUrl ?? url}/#setup=${setupCode}` } : {}),
    startDemo: demo.start,
    destinations: configs,
    relay,
    close: async () => {
      stopUpkeep()
      await ingest.drain()
      await relay.stop()
      await closeApp(app)
      await store.close()
    },
  }
}

/** Browsers open connections that they never use, and live streams have no end of their own. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS)
  await app.close()
  clearTimeout(cut)
}

/** A full disk fails every request: one line a while says as much as a thousand. */
function atMostEvery(ms: number, report: (error: unknown) => void): (error: unknown) => void {
  let lastMs = Number.NEGATIVE_INFINITY
  return (error) => {
    if (Date.now() - lastMs < ms) return
    lastMs = Date.now()
    report(error)
  }
}

interface IngestParts {
  readonly app: FastifyInstance
  readonly store: Store
  readonly live: Live
  readonly metrics: Metrics
  readonly configs: Configs
  readonly relay: Relay
}

function openIngest({ app, store, live, metrics, configs, relay }: IngestParts): Ingest {
  return createIngest({
    store,
    nowMs: Date.now,
    routesOf: configs.routesOf,
    clockMs: () => performance.now(),
    soon: setImmediate,
    sha256: (text) => hash('sha256', text),
    isBot,
    onCommitted: (legs) => {
      metrics.countLegs(legs)
      live.publish(legs)
      if (legs.some(({ envelope }) => configs.routesOf(envelope.dataset_id).length > 0))
        relay.wake()
    },
    onError: atMostEvery(LOG_MS, (error) =>
      app.log.error({ err: error }, 'ingest could not commit; more of the same is not logged'),
    ),
    onStep: metrics.timeStep,
  })
}

/** Datasets, their destinations and what sends to them; a dataset takes its destinations along. */
async function openRelay({
  app,
  config,
  store,
  destinations,
}: Parts & { readonly app: FastifyInstance }): Promise<{
  access: Access
  configs: Configs
  relay: Relay
}> {
  const access = await createAccess({
    store,
    nowMs: Date.now,
    randomBytes,
    adminToken: config.adminToken,
  })
  const key = loadSecretKey({ given: config.secretKey, dataDir: config.dataDir, randomBytes })
  const configs = await createConfigs({
    store,
    destinations,
    box: createSecretBox({ key, randomBytes }),
    hasDataset: (id) => access.findDataset(id) !== undefined,
    nowMs: Date.now,
    randomBytes,
  })
  const relay = createRelay({
    store,
    configs,
    // A redirect would take the token to an address that nobody entered.
    fetch: (input, init) => fetch(input, { redirect: 'manual', ...init }),
    nowMs: Date.now,
    random: Math.random,
    sleep,
    log: (level, message, fields) => app.log[level](fields, message),
  })
  const deleteDataset = async (id: string): Promise<void> => {
    await access.deleteDataset(id)
    await configs.removeDataset(id)
  }
  return { access: { ...access, deleteDataset }, configs, relay }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, signal.aborted ? 0 : ms)
    signal.addEventListener('abort', end)
  })
}

/** No request log: URLs may hold what their senders should not have put there. */
function createApp(config: Config): FastifyInstance {
  const app = Fastify({
    logger: { level: config.logLevel, base: null },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof TwofoldError) {
      const body = errorBody(error.code, error.detail)
      return reply.code(ERRORS[error.code].status).send(body)
    }
    const status = (error as { statusCode?: number }).statusCode ?? 500
    if (status === 413) return reply.code(413).send(errorBody('body_too_large'))
    if (status === 415) return reply.code(415).send(errorBody('unsupported_encoding'))
    if (status < 500) {
      const detail = error instanceof Error ? error.message : undefined
      return reply.code(status).send(errorBody('invalid_request', detail))
    }
    app.log.error({ err: error, id: request.id, route: request.routeOptions.url }, 'internal')
    return reply.code(500).send(errorBody('internal', `id ${request.id}`))
  })
  return app
}

function healthOf(ingest: Ingest): { ok: boolean; reason?: string; queue: number } {
  const failing = ingest.failing()
  const queue = ingest.queued()
  return failing ? { ok: false, reason: failing.message, queue } : { ok: true, queue }
}

/** Bounded upkeep, a step at a time; catches up while there is more, but never in one go. */
function startUpkeep(app: FastifyInstance, store: Store, ingest: Ingest): () => void {
  let stopped = false
  let timer: NodeJS.Timeout
  const step = async (): Promise<void> => {
    if (ingest.failing()) await probe(store, ingest)
    const more = await store.tidyUp(Date.now()).catch((error: unknown) => {
      app.log.warn({ err: error }, 'upkeep of the store failed; it is tried again')
      return false
    })
    if (!stopped) timer = setTimeout(step, more ? 50 : UPKEEP_MS)
  }
  timer = setTimeout(step, UPKEEP_MS)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/** Nobody sends to a server that says it is not ready, so it must find out by itself that it is. */
async function probe(store: Store, ingest: Ingest): Promise<void> {
  const document = { kind: 'instance', id: 'probe', value: Date.now() }
  await store.putSettings([document]).then(ingest.recovered, () => undefined)
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms)
  timer.unref()
  return () => clearInterval(timer)
}

function originOf(app: FastifyInstance): string {
  const { address, port } = app.server.address() as AddressInfo
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
