/**
 * `twofold send`: a sample, one event made from flags, or a file of them, over the same endpoint as
 * every Conversions API client. Personal data given as flags is hashed here.
 */
import { hash, randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { hashUserData } from '../event/hash.ts'
import type { RawUserData } from '../event/shape.ts'
import { EVENTS_PER_REQUEST_MAX } from '../limits.ts'
import { failure, parse } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { readBatches } from './event-files.ts'
import { CliError, EXIT, wrongUsage } from './exit.ts'
import { count, countOf, note, plain, say, sayJson, size } from './output.ts'
import { startProgress } from './progress.ts'
import { version } from './serve.ts'

interface Flags extends DatasetOptions {
  readonly token?: string
  readonly testEventCode?: string
  readonly eventName?: string
  readonly eventId?: string
  readonly eventTime?: string
  readonly actionSource: string
  readonly sourceUrl: string
  readonly value?: string
  readonly currency?: string
  readonly orderId?: string
  readonly email?: string
  readonly phone?: string
  readonly externalId?: string
  readonly fbp?: string
}

const ATTEMPTS_MAX = 10
const MESSAGES_MAX = 20

export function addSend(program: Command): void {
  declareClient(program, 'send [file]', {
    description: 'Send a sample event, one made from flags, or those of a file (- is stdin).',
    examples: [
      'twofold send',
      'twofold send --event-name Purchase --event-id order-17 --value 30 --currency EUR',
      'twofold send events.ndjson --dataset 123456789012345',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--token <token>', "the dataset's access token, instead of TWOFOLD_ADMIN_TOKEN")
    .option('--test-event-code <code>', 'marks the events, so that Test events can show only them')
    .option('--event-name <name>', 'such as Purchase or Lead')
    .option('--event-id <id>', 'the id the browser sent too; default: a new one')
    .option('--event-time <seconds>', 'unix seconds; default: now')
    .option('--action-source <source>', 'where it happened', 'website')
    .option('--source-url <url>', 'the page it happened on', 'https://example.com/')
    .option('--value <number>', 'in whole units of the currency, such as 30 or 9.99')
    .option('--currency <code>', 'such as EUR')
    .option('--order-id <id>', 'the order it belongs to')
    .option('--email <address>', 'hashed before it is sent')
    .option('--phone <number>', 'with country code; hashed before it is sent')
    .option('--external-id <id>', 'your own id of the person; hashed before it is sent')
    .option('--fbp <value>', 'value of the _fbp cookie')
    .action(send)
}

/** What the server said to one request of events. */
interface Receipt {
  readonly events_received: number
  readonly messages: readonly string[]
}

async function send(file: string | undefined, flags: Flags): Promise<void> {
  if (file !== undefined && flags.eventName !== undefined) {
    throw wrongUsage('Give a file or --event-name, not both.')
  }
  const client = clientOf(flags)
  const path = `/${await datasetIdOf(client, flags)}/events`
  const { token, testEventCode } = flags
  const post: Post = (data) => {
    const body = { data, ...(testEventCode ? { test_event_code: testEventCode } : {}) }
    return client.ask('POST', path, { body, token })
  }
  const event = file === undefined ? eventOf(flags) : undefined
  const totals = { sent: 0, received: 0, messages: [] as string[] }
  const progress = startProgress('Sending', file === undefined ? undefined : sizeOf(file))
  try {
    const batches =
      file === undefined
        ? [{ events: [event], read: 0 }]
        : readBatches(file, EVENTS_PER_REQUEST_MAX)
    for await (const { events, read } of batches) {
      const receipt = await deliver(events, post)
      totals.received += receipt.events_received
      totals.messages.push(...receipt.messages.map((text) => renumbered(text, totals.sent)))
      totals.messages.length = Math.min(totals.messages.length, MESSAGES_MAX)
      totals.sent += events.length
      progress.show(read, `${countOf(totals.sent, 'event')}, ${size(read)}`)
    }
  } catch (error) {
    progress.end()
    if (totals.sent > 0) note(`${countOf(totals.sent, 'event')} had been sent before it failed.`)
    throw error
  }
  progress.end()
  report(totals, event, flags)
}

type Post = (data: readonly unknown[]) => Promise<Response>

/** One request, tried again while the server says that this helps: ids make that harmless. */
async function deliver(events: readonly unknown[], post: Post): Promise<Receipt> {
  for (let attempt = 1; ; attempt++) {
    const response = await post(events)
    const text = await response.text()
    const body = parse(text) as Partial<Receipt> | undefined
    // Also an answer of 400 holds a receipt when it is about the events and not the request.
    if (body?.events_received !== undefined) {
      return { events_received: body.events_received, messages: body.messages ?? [] }
    }
    const mayRetry = response.status === 429 || response.status === 503
    if (!mayRetry || attempt === ATTEMPTS_MAX) throw failure(response, text, true)
    await sleep(1000 * Math.min(60, Number(response.headers.get('retry-after')) || 1))
  }
}

/** The server counts within a request; a person counts within the file. */
function renumbered(message: string, before: number): string {
  return message.replace(/data\[(\d+)\]/, (_, index: string) => `data[${Number(index) + before}]`)
}

interface Totals extends Omit<Receipt, 'events_received'> {
  readonly sent: number
  readonly received: number
}

function report(totals: Totals, event: SentEvent | undefined, { json }: Flags): void {
  const { sent, received, messages } = totals
  if (json) {
    const { event_name, event_id } = event ?? {}
    sayJson({ sent, received, messages, ...(event ? { event_name, event_id } : {}) })
  } else {
    const what = event ? `${plain(event.event_name)} with id ${plain(event.event_id)}` : ''
    const all = received === sent ? '' : ` of ${count(sent)}`
    say(
      `Received ${count(received)}${all} ${sent === 1 ? 'event' : 'events'}${what && `: ${what}`}.`,
    )
    for (const message of messages) say(`  ${plain(message)}`)
    if (event && received > 0) say(`See it: twofold events --event-id ${plain(event.event_id)}`)
  }
  if (received < sent) {
    const message = `${countOf(sent - received, 'event')} were refused.`
    throw new CliError(EXIT.failed, 'events_refused', { message, fix: 'The lines above say why.' })
  }
}

interface SentEvent {
  readonly event_name: string
  readonly event_id: string
}

/** From flags; without any, a sample purchase. */
function eventOf(flags: Flags): SentEvent {
  const isSample = flags.eventName === undefined
  const value = flags.value ?? (isSample ? '9.99' : undefined)
  const currency = flags.currency ?? (isSample ? 'EUR' : undefined)
  const time = flags.eventTime ?? String(Math.floor(Date.now() / 1000))
  return {
    event_name: flags.eventName ?? 'Purchase',
    event_id: flags.eventId ?? `cli-${randomUUID()}`,
    ...{
      event_time: numberOf('--event-time', time),
      action_source: flags.actionSource,
      event_source_url: flags.sourceUrl,
      user_data: personOf(flags),
      custom_data: {
        ...(value === undefined ? {} : { value: numberOf('--value', value) }),
        ...(currency === undefined ? {} : { currency }),
        ...(flags.orderId === undefined ? {} : { order_id: flags.orderId }),
      },
    },
  }
}

/** Without any key it is the same imaginary visitor every time. */
function personOf({ email, phone, externalId, fbp }: Flags): object {
  const hasPerson = email ?? phone ?? externalId ?? fbp
  const raw = {
    client_user_agent: `twofold/${version()}`,
    ...(email === undefined ? {} : { em: [email] }),
    ...(phone === undefined ? {} : { ph: [phone] }),
    ...(externalId === undefined ? {} : { external_id: [externalId] }),
    ...(hasPerson === undefined ? { external_id: ['sample visitor'] } : {}),
    ...(fbp === undefined ? {} : { fbp }),
  } as unknown as RawUserData
  const context = { builderForms: true, sha256: (text: string) => hash('sha256', text) }
  const { userData, findings } = hashUserData(raw, context)
  for (const { code, key } of findings) note(`--${FLAG_OF[key ?? ''] ?? key}: not used (${code}).`)
  return userData
}

const FLAG_OF: Readonly<Record<string, string>> = {
  em: 'email',
  ph: 'phone',
  external_id: 'external-id',
}

function numberOf(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw wrongUsage(`${flag} is a number, not "${text}".`)
}

function sizeOf(file: string): number | undefined {
  return file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size
}
