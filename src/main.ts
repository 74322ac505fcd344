/**
 * The composition root: the only file that knows every part. Takes a Config, opens the store,
 * wires ingest, collector, API and pages together and listens. Started by cli/ and by tests.
 */
import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { type Access, createAccess } from './access/access.ts'
import { deletingToo } from './access/deleting-too.ts'
import { startRechecks } from './access/domain-rechecks.ts'
import { createDomains, type Domains } from './access/domains.ts'
import { createHistory, type History } from './access/history.ts'
import { createOidcProvider, type OidcProvider } from './access/oidc-provider.ts'
import { noteTokenUses } from './access/token-uses.ts'
import { registerApi } from './api/api.ts'
import { createLive, type Live } from './api/live.ts'
import { type Cataloging, openCataloging } from './cataloging.ts'
import { clientOf } from './client-of.ts'
import { registerCollector } from './collector/collector.ts'
import { registerHealth } from './collector/health.ts'
import { createMetrics } from './collector/metrics.ts'
import { createTestCodes, type TestCodes } from './collector/test-codes.ts'
import type { Config } from './config.ts'
import { createDemo } from './demo.ts'
import type { Destination } from './destinations/destination.ts'
import { createFileDestination } from './destinations/file.ts'
import { ga4 } from './destinations/ga4.ts'
import { linkedin } from './destinations/linkedin.ts'
import { meta } from './destinations/meta.ts'
import { pinterest } from './destinations/pinterest.ts'
import { snapchat } from './destinations/snapchat.ts'
import { tiktok } from './destinations/tiktok.ts'
import { webhook } from './destinations/webhook.ts'
import { lockFolder, makeFolder } from './folder-lock.ts'
import { createGuardedFetch, type GuardedFetchParts } from './guarded-fetch.ts'
import { createApp, listen, originOf } from './http-app.ts'
import { openIntegrations } from './integrations.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { DOMAIN_CHECK_MS } from './limits.ts'
import { ledgerThreadFile, packageRoot } from './package-root.ts'
import { registerPages } from './pages.ts'
import { openPlatforms, type Platforms } from './platforms.ts'
import { openReconciling, type Reconciling } from './reconciling.ts'
import { type Configs, createConfigs } from './relay/configs.ts'
import { createPreview } from './relay/preview.ts'
import { createRelay, type Relay } from './relay/relay.ts'
import { createRemoteScores } from './relay/remote-scores.ts'
import { createReplays, type ReplayJobs } from './relay/replay.ts'
import type {
  DestinationPreview,
  DestinationSettings,
  RelayControl,
  RemoteScores,
} from './relay/view.ts'
import { openRules, type StoredRules } from './replay-rules.ts'
import { createSampleDoor } from './sample-door.ts'
import { scrapers } from './scraper.ts'
import { createSecretBox, loadSecretKey, type SecretBox } from './secret-box.ts'
import { openWatch, type Watching } from './watching.ts'

/** Every kind of destination, in the order of the page where one is chosen. */
const destinationsOf = ({ exportDir }: Config): readonly Destination[] =>
  [
    meta,
    tiktok,
    ga4,
    pinterest,
    snapchat,
    linkedin,
    webhook,
    createFileDestination({ folder: exportDir }),
  ] as readonly Destination[]

import type { RuleBook } from './rules/rule-book.ts'

export interface Running {
  /** Where it listens, such as http://127.0.0.1:8080. */
  readonly url: string
  /** One-time link of the very first start. */
  readonly setupUrl?: string
  /** Creates or finds the demo shop. */
  readonly startDemo: () => Promise<{ url: string; dataset_id: string }>
  readonly destinations: DestinationSettings
  readonly relay: RelayControl
  /** Holds new reports against the catalogs now, not at the next look. */
  readonly measureCatalogs: () => Promise<void>
  /** Stops taking requests, answers what is queued, lets go of the outbox, closes the store. */
  readonly close: () => Promise<void>
  /** Resolves when it cannot go on: what keeps the events has died. The process should end. */
  readonly died: Promise<Error>
}

/** Who answers for names; tests give their own. */
export interface Names extends Pick<GuardedFetchParts, 'lookup'> {
  readonly resolveTxt: (name: string) => Promise<string[][]>
}

function systemNames(): Names {
  const resolver = new Resolver({ timeout: DOMAIN_CHECK_MS / 2, tries: 2 })
  return { resolveTxt: (name) => resolver.resolveTxt(name) }
}

/** What open connections get to end by themselves when the server stops. */
const CLOSE_MS = 2000

/** Throws TwofoldError (`store_*`) or the system's error when the port is taken. */
export async function start(
  config: Config,
  destinations: readonly Destination[] = destinationsOf(config),
  names: Names = systemNames(),
): Promise<Running> {
  const { dataDir, publicUrl, trustedProxies } = config
  makeFolder(dataDir)
  const unlock = lockFolder(dataDir)
  let ledger: Ledger | undefined
  let wake = (): void => undefined
  try {
    const app = createApp(config.logLevel)
    const live = createLive((datasets) => ledger?.watch(datasets))
    const death = Promise.withResolvers<Error>()
    const testKey = randomBytes(32).toString('hex')
    ledger = await openLedger({
      threadFile: ledgerThreadFile,
      options: { file: join(dataDir, 'twofold.db'), publicUrl, trustedProxies, testKey },
      onLegs: live.publish,
      onTrouble: (error, words) => app.log.error({ err: error }, words),
      onDeath: death.resolve,
      onDue: () => wake(),
    })
    const testCodes = createTestCodes(testKey, Date.now)
    const shared = { config, app, live, ledger, testCodes }
    const { close, ...running } = await serve({ ...shared, destinations, names })
    wake = running.relay.wake
    return {
      died: death.promise,
      ...running,
      close: async () => {
        await close()
        unlock()
      },
    }
  } catch (error) {
    await ledger?.store.close()
    unlock()
    throw error
  }
}

type Serving = Omit<Running, 'died' | 'relay'> & { readonly relay: Relay }

interface Parts {
  readonly config: Config
  readonly app: FastifyInstance
  readonly live: Live
  readonly ledger: Ledger
  readonly destinations: readonly Destination[]
  readonly names: Names
  readonly testCodes: TestCodes
}

async function serve(parts: Parts): Promise<Serving> {
  const { config, app, live, ledger, testCodes } = parts
  const books = await watchOver(parts, await openBooks(parts))
  const { access, configs, relay, platforms, catalogs } = { ...books, ...books.cataloging }
  const metrics = createMetrics()
  const demo = createDemo({ access, origin: () => originOf(app), catalogs })
  const health = () => healthOf(ledger)
  registerHealth(app, {
    ...{ health, mayScrape: scrapers(config, access) },
    metrics: async () => metrics.text(ledger.queued(), await ledger.tallies()),
  })
  openDoors(parts, books)
  registerApi(app, {
    ...books,
    store: ledger.store,
    live,
    testCodes,
    samples: createSampleDoor({ ...ledger, ...books, ...access, nowMs: Date.now }),
    destinations: configs,
    ...platforms.api,
    integrations: openIntegrations(join(packageRoot, 'integrations')),
    reconciler: books.reconciling.reconciler,
    offline: books.reconciling.offline,
    catalogs,
    nowMs: Date.now,
    startDemo: demo.start,
    tempFile: (name) => join(config.dataDir, name),
    health,
    version: JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version,
    publicUrl: config.publicUrl,
    isDemo: config.isDemo === true,
    clientOf: (request) => clientOf(request, config.trustedProxies),
    every,
  })
  registerPages(app, {
    folder: join(packageRoot, 'dist/ui'),
    sdkFile: join(packageRoot, 'dist/sdk.tgz'),
    shop: demo.answer,
    trustedProxies: config.trustedProxies,
  })
  await listen(app, config)
  await relay.start()
  const stopNotingUses = noteTokenUses(access, every)
  platforms.start()
  const stopRechecks = startRechecks({ ...books, ...access, nowMs: Date.now, every, log: app.log })
  for (const one of [books.reconciling, books.cataloging, books.watching]) one.start()
  const url = originOf(app)
  const setupCode = access.setupCode()
  return {
    url,
    ...(setupCode ? { setupUrl: `${config.publicUrl ?? url}/#setup=${setupCode}` } : {}),
    startDemo: demo.start,
    destinations: configs,
    relay,
    measureCatalogs: books.cataloging.measureAll,
    close: async () => {
      await Promise.all([platforms, books.reconciling, books.cataloging].map((one) => one.stop()))
      await Promise.all([stopNotingUses(), stopRechecks(), ledger.drain()])
      await books.watching.stop()
      await books.replays.stop()
      await relay.stop()
      await books.closeTargets()
      await closeApp(app)
      await ledger.store.close()
    },
  }
}

/** Everything that events come in through. */
function openDoors({ app, config, ledger, testCodes }: Parts, { access, platforms }: Books): void {
  registerCollector(app, {
    accept: ledger.accept,
    answerPixel: ledger.answerPixel,
    takeServerBody: ledger.takeServerBody,
    findDataset: access.findDataset,
    findByPixel: access.findByPixel,
    authorize: access.authorize,
    grantOf: access.grantOf,
    pixelScript: readFileSync(join(packageRoot, 'dist/pixel/p.js'), 'utf8'),
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    nowMs: Date.now,
    random: Math.random,
    testCodes,
    hooks: platforms.hooks,
  })
}

/** Browsers open connections that they never use, and live streams have no end of their own. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS)
  await app.close()
  clearTimeout(cut)
}

interface Books {
  access: Access
  domains: Domains
  history: History
  rules: RuleBook
  rulesOf: StoredRules['rulesOf']
  configs: Configs
  relay: Relay
  preview: DestinationPreview
  replays: ReplayJobs
  remoteScores: RemoteScores
  platforms: Platforms
  reconciling: Reconciling
  cataloging: Cataloging
  box: SecretBox
  fetch: typeof fetch
  closeTargets: () => Promise<void>
}

/** Datasets, their rules, their destinations and what sends; a dataset takes the others along. */
async function openBooks({ app, config, ledger, destinations, names }: Parts): Promise<Books> {
  const history = createHistory({ store: ledger.store, nowMs: Date.now })
  const { store } = history
  const access = await createAccess({
    store,
    onDataset: ledger.setDataset,
    nowMs: Date.now,
    randomBytes,
    adminToken: config.adminToken,
    oidc: oidcOf(app, config),
  })
  const { rules, storedRules } = await openRules({ store, access, ledger, nowMs: Date.now })
  const key = loadSecretKey({ given: config.secretKey, dataDir: config.dataDir, randomBytes })
  const box = createSecretBox({ key, randomBytes })
  const configs = await createConfigs({
    ...{ store, destinations, box, nowMs: Date.now, randomBytes },
    hasDataset: (id) => access.findDataset(id) !== undefined,
  })
  const setRoutes = ({ dataset_id }: { dataset_id: string }): void =>
    ledger.setRoutes(dataset_id, configs.routesOf(dataset_id))
  for (const key of configs.keys()) setRoutes(key)
  configs.onChange(setRoutes)
  const targets = createGuardedFetch({ ...names, allowed: config.allowPrivateTargets })
  const ports = {
    configs,
    reform: storedRules.reform,
    // A redirect would take the token to an address that nobody entered.
    fetch: ((input, init) => targets.fetch(input, { redirect: 'manual', ...init })) as typeof fetch,
    nowMs: Date.now,
    random: Math.random,
    sleep,
  }
  const relay = createRelay({
    ...ports,
    store,
    isAlone: true,
    log: (level, message, fields) => app.log[level](fields, message),
  })
  const replays = createReplays({
    store,
    configs,
    relay,
    rules: storedRules,
    nowMs: Date.now,
    randomBytes,
    onTrouble: (error) => app.log.error({ err: error }, 'a replay failed'),
  })
  const platforms = await openPlatforms({
    ...ports,
    ...access,
    ledger: { ...ledger, store },
    box,
    log: app.log,
  })
  const orders = { store, accept: ledger.accept, access, destinations: configs, log: app.log }
  const reconciling = openReconciling({ ...orders, nowMs: Date.now, every })
  const feeds = { store, box, fetch: ports.fetch, sightings: ledger.sightings, access }
  const cataloging = openCataloging({ ...feeds, nowMs: Date.now, every, log: app.log })
  const proving = { store, nowMs: Date.now, randomBytes, fetch: ports.fetch }
  const domains = await createDomains({ ...proving, resolveTxt: names.resolveTxt })
  const preview = createPreview(ports)
  const remoteScores = createRemoteScores(ports)
  const whole = deletingToo(access, [...[configs, platforms, domains, reconciling, cataloging]])
  const senders = { configs, relay, preview, replays, remoteScores }
  const made = { history, rules, ...senders, platforms, reconciling, cataloging }
  const outside = { box, fetch: ports.fetch, closeTargets: targets.close }
  return { access: whole, domains, rulesOf: storedRules.rulesOf, ...made, ...outside }
}

function oidcOf({ log }: FastifyInstance, { oidc, publicUrl }: Config): OidcProvider | undefined {
  if (!oidc || publicUrl === undefined) return undefined
  return createOidcProvider({
    ...{ settings: oidc, publicUrl },
    // Not the guarded one: the operator chose the provider, who knows what stands in its network.
    ask: (url, init) => fetch(url, init),
    nowMs: Date.now,
    log: (fields, words) => log.warn(fields, words),
  })
}

/** What looks for faults and tells of them, and datasets that take along what it keeps of them. */
async function watchOver(
  { app, config }: Parts,
  books: Books,
): Promise<Books & { readonly watching: Watching } & Pick<Watching, 'diagnostics' | 'alerts'>> {
  const { access, configs, relay, box, fetch } = books
  const watching = await openWatch({
    ...{ store: books.history.store, access, destinations: configs, relay, box, fetch },
    ...{ smtp: config.smtp, publicUrl: config.publicUrl },
    ...{ nowMs: Date.now, clockMs: () => performance.now(), every },
    onTrouble: (error, words) => app.log.error({ err: error }, words),
  })
  const { diagnostics, alerts } = watching
  return { ...books, access: deletingToo(access, [watching]), watching, diagnostics, alerts }
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

function healthOf(ledger: Ledger): { ok: boolean; reason?: string; queue: number } {
  const failing = ledger.failing()
  const queue = ledger.queued()
  return failing ? { ok: false, reason: failing.message, queue } : { ok: true, queue }
}

function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms)
  timer.unref()
  return () => clearInterval(timer)
}
