/**
 * Tells people what opened: at once or in a daily digest, as the settings say, in few messages. A
 * finding is told once a day at most; what opens together goes together; an hour has its bound; a
 * message that fails is tried again. What is owed is kept in the store, so that a restart neither
 * forgets nor repeats. Hears from watch.ts; made by watching.ts.
 */

import {
  ALERT_DATASETS_AT_ONCE,
  ALERT_RETRY_MS_MAX,
  ALERT_TESTS_PER_HOUR_MAX,
  ALERT_TICK_MS,
} from '../diagnostic-limits.ts'
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import type { Finding, Mute, Passed } from '../quality/diagnostics/finding.ts'
import { type SerialByKey, serialByKey } from '../serial.ts'
import type { AlertBook, AlertState } from './alert-book.ts'
import { type ChannelPorts, sendAlert } from './alert-channels.ts'
import { alertMessage, digestMessage, testMessage } from './alert-message.ts'
import { afterTry, isNews, withOwed } from './alert-owed.ts'
import {
  type Around,
  afterSend,
  digestOf,
  dueAlert,
  isDigestDue,
  testsOfHour,
  withOpened,
} from './alert-plan.ts'
import { type AlertSettings, alertSettingsSchema, hasChannel, NO_ALERTS } from './alert-settings.ts'
import type { AlertRecord, AlertScope, Alerts } from './view.ts'

export interface AlertPorts extends ChannelPorts {
  readonly book: AlertBook
  readonly datasets: () => readonly Dataset[]
  readonly findDataset: (id: string) => Dataset | undefined
  readonly businessOf: (datasetId: string) => string | undefined
  readonly findingsOf: (datasetId: string) => {
    readonly findings: readonly Finding[]
    readonly mutes: readonly Mute[]
  }
  readonly publicUrl: string | undefined
  readonly every: (ms: number, run: () => void) => () => void
  readonly onTrouble: (error: unknown, words: string) => void
}

export interface AlertDesk extends Alerts {
  readonly onPass: (dataset: Dataset, passed: Passed, mutes: readonly Mute[]) => void
  start(): void
  stop(): Promise<void>
  /** Sends what is due now; while one runs, that one. For tests, and called by the timer. */
  tick(): Promise<void>
  forget(datasetId: string): Promise<void>
}

export const MASK = '••••'

export function createAlerts(ports: AlertPorts): AlertDesk {
  const { book, nowMs } = ports
  const settingsOf = (scope: AlertScope) => settingsFor(ports, scope)
  // A chain for each dataset: a webhook that is slow holds up nobody else.
  const inOrder = serialByKey()
  const round = createRound(ports, inOrder)
  let stopTimer = (): void => undefined
  return {
    hasMail: hasMail(ports),
    settings: settingsOf,
    change: async (scope, input) => {
      await book.putSettings(scope, checked(input, settingsOf(scope).settings))
    },
    reset: (scope) => book.putSettings(scope, undefined),
    history: (id) => book.state(id).history,
    test: (id) => inOrder.run(id, () => sendTest(ports, id)),
    onPass: (dataset, passed, mutes) => {
      if (passed.opened.length === 0) return
      const id = dataset.dataset_id
      const keep = async (): Promise<void> => {
        const { settings } = settingsOf({ on: 'dataset', id })
        if (!ports.findDataset(id) || !hasChannel(settings)) return
        const state = book.state(id)
        const next = withOpened(state, passed.opened, { settings, mutes, nowMs: nowMs() })
        if (next !== state) await book.putState(id, next)
      }
      inOrder
        .run(id, keep)
        .catch((error: unknown) => ports.onTrouble(error, 'an alert could not be kept'))
    },
    tick: round.run,
    start: () => {
      stopTimer = ports.every(ALERT_TICK_MS, () => {
        round.run().catch((error: unknown) => ports.onTrouble(error, 'alerts could not be sent'))
      })
    },
    stop: async () => {
      stopTimer()
      await round.stop()
      await inOrder.idle()
    },
    forget: (id) => inOrder.end(id, () => book.forget(id)),
  }
}

/** Over all datasets, a few at once. One that fails is told of and keeps no other waiting. */
function createRound(
  ports: AlertPorts,
  inOrder: SerialByKey,
): { run(): Promise<void>; stop(): Promise<void> } {
  let under: Promise<void> | undefined
  let isStopping = false
  const sendAll = async (): Promise<void> => {
    const left = ports.datasets().values()
    const place = async (): Promise<void> => {
      for (const dataset of left) {
        if (isStopping) return
        await inOrder
          .run(dataset.dataset_id, () => sendDue(ports, dataset))
          .catch((error: unknown) => ports.onTrouble(error, 'alerts could not be sent'))
      }
    }
    await Promise.all(Array.from({ length: ALERT_DATASETS_AT_ONCE }, place))
  }
  return {
    run: () => {
      under ??= sendAll().finally(() => {
        under = undefined
      })
      return under
    },
    stop: async () => {
      isStopping = true
      await under
    },
  }
}

async function sendTest(ports: AlertPorts, id: string): Promise<readonly AlertRecord[]> {
  const { book, nowMs } = ports
  const dataset = ports.findDataset(id)
  if (!dataset) throw new TwofoldError('dataset_not_found')
  const { settings } = settingsFor(ports, { on: 'dataset', id })
  if (!hasChannel(settings)) {
    throw new TwofoldError('invalid_request', 'Save an e-mail address or a webhook first.')
  }
  if (testsOfHour(book.state(id), nowMs()) >= ALERT_TESTS_PER_HOUR_MAX) {
    const detail = `It sends ${ALERT_TESTS_PER_HOUR_MAX} an hour, each channel counted.`
    throw new TwofoldError('too_many_tests', detail)
  }
  const message = testMessage(aboutOf(ports, dataset))
  const records = await sendAlert(message, settings, { ports, id: `test_${nowMs()}` })
  await note(book, id, records)
  return records
}

function settingsFor(
  { book, businessOf }: AlertPorts,
  scope: AlertScope,
): { settings: AlertSettings; own: boolean } {
  const own = book.settings(scope)
  if (own) return { settings: own, own: true }
  const business = scope.on === 'dataset' ? businessOf(scope.id) : undefined
  const settings =
    business === undefined ? undefined : book.settings({ on: 'business', id: business })
  return { settings: settings ?? NO_ALERTS, own: false }
}

async function sendDue(ports: AlertPorts, dataset: Dataset): Promise<void> {
  const id = dataset.dataset_id
  const { book, nowMs } = ports
  await sendOwed(ports, id)
  const around = aroundOf(ports, id)
  if (!around || !hasChannel(around.settings)) return
  const state = book.state(id)
  const due = dueAlert(state, ports.findingsOf(id).findings, around)
  if (due.kind === 'drop') await book.putState(id, due.state)
  if (due.kind === 'send') {
    const message = alertMessage(due.opened, aboutOf(ports, dataset))
    const idOfMessage = `alert_${id}_${state.waiting_since_ms ?? 0}`
    const records = await sendAlert(message, around.settings, { ports, id: idOfMessage })
    const sent = { id: idOfMessage, message, hasMail: hasMail(ports), nowMs: nowMs() }
    await book.putState(id, afterSend(state, records, sent))
    return
  }
  if (isDigestDue(state, around)) await sendDigest(ports, dataset, around)
}

/** Asked anew before each message: the one before may have taken long. */
function aroundOf(ports: AlertPorts, id: string): Around | undefined {
  // Deleted while the round went on: nothing of it may be written again.
  if (!ports.findDataset(id)) return undefined
  const { settings } = settingsFor(ports, { on: 'dataset', id })
  return { settings, mutes: ports.findingsOf(id).mutes, nowMs: ports.nowMs() }
}

/**
 * To one channel each, what the other took before. A channel that does not take one is not tried
 * with the next: each try may last its whole time, and the round waits for it.
 */
async function sendOwed(ports: AlertPorts, id: string): Promise<void> {
  const { book, nowMs } = ports
  const down = new Set<AlertRecord['channel']>()
  for (const owed of book.state(id).owed) {
    const around = aroundOf(ports, id)
    if (!around) return
    if (owed.next_try_ms > around.nowMs || down.has(owed.channel)) continue
    const sending = { ports, id: owed.id, only: owed.channel }
    const records = isNews(owed, ports.findingsOf(id).findings, around)
      ? await sendAlert(owed.message, around.settings, sending)
      : []
    if (records.some(({ error }) => error !== undefined)) down.add(owed.channel)
    const state = book.state(id)
    await book.putState(id, {
      ...state,
      history: [...records, ...state.history],
      owed: afterTry(state.owed, owed, { records, nowMs: nowMs() }),
    })
  }
}

async function sendDigest(ports: AlertPorts, dataset: Dataset, around: Around): Promise<void> {
  const { book } = ports
  const { settings, nowMs } = around
  const id = dataset.dataset_id
  const state = book.state(id)
  const { opened, resolved } = digestOf(state, ports.findingsOf(id).findings, around)
  // The first day begins now: what was before is on the page.
  if (state.digest_ms === 0 || opened.length + resolved.length === 0) {
    await book.putState(id, { ...state, digest_ms: nowMs })
    return
  }
  const message = digestMessage(opened, resolved, aboutOf(ports, dataset))
  const day = Math.floor(nowMs / 86_400_000)
  const idOfMessage = `digest_${id}_${day}`
  const records = await sendAlert(message, settings, { ports, id: idOfMessage })
  const history = [...records, ...state.history]
  const sent = { id: idOfMessage, message, hasMail: hasMail(ports), nowMs }
  const hasGone = records.some(({ error }) => error === undefined)
  await book.putState(
    id,
    hasGone
      ? { ...state, history, digest_ms: nowMs, owed: withOwed(state.owed, records, sent) }
      : { ...state, history, next_try_ms: nowMs + ALERT_RETRY_MS_MAX },
  )
}

const hasMail = ({ sendMail }: AlertPorts): boolean => sendMail !== undefined

const aboutOf = ({ publicUrl, nowMs }: AlertPorts, dataset: Dataset) => ({
  ...{ dataset, publicUrl, nowMs: nowMs() },
})

async function note(
  book: AlertBook,
  id: string,
  records: readonly AlertRecord[],
): Promise<AlertState> {
  const state = book.state(id)
  const next = { ...state, history: [...records, ...state.history] }
  await book.putState(id, next)
  return next
}

/** What is left out stays, and a secret that comes back masked was not changed. */
function checked(input: object, known: AlertSettings): AlertSettings {
  const given: Record<string, unknown> = { ...input }
  for (const field of ['webhook_url', 'webhook_secret'] as const) {
    const value = given[field]
    if (typeof value === 'string' && value.includes(MASK)) delete given[field]
  }
  const read = alertSettingsSchema.strict().safeParse({ ...known, ...given })
  if (!read.success) {
    const [issue] = read.error.issues
    throw new TwofoldError('invalid_request', `${issue?.path.join('.')}: ${issue?.message}.`)
  }
  const { webhook_url, webhook_secret } = read.data
  const isMoved = webhook_url !== '' && originOf(webhook_url) !== originOf(known.webhook_url)
  // Whoever may change the address must not have a secret of others sign for a server of theirs.
  if (isMoved && webhook_secret !== '' && given.webhook_secret === undefined) {
    const detail = 'webhook_url names another server: enter webhook_secret with it, or "" for none.'
    throw new TwofoldError('invalid_request', detail)
  }
  return read.data
}

const originOf = (url: string): string | undefined => URL.parse(url)?.origin
