/** `twofold alerts show|set|reset|test`: who is told of findings, of a dataset or a business. */
import { type Command, InvalidArgumentError } from 'commander'
import type { AlertsAnswer, AlertsChange, AlertTest } from '../api/types.ts'
import type { Client } from './client.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
  pathPart,
} from './command.ts'
import { wrongUsage } from './exit.ts'
import { plain, say, sayJson, table, time } from './output.ts'

interface Flags extends DatasetOptions {
  readonly business?: string
}

const BUSINESS = ['-b, --business <id>', 'of a business, for all its datasets'] as const

export function addAlerts(program: Command): void {
  const alerts = program
    .command('alerts')
    .description('Who is told when something goes wrong: show, set, reset and test.')
  declareClient(alerts, 'show', {
    description: 'Show who is told of what, and what was sent.',
    examples: ['twofold alerts show', 'twofold alerts show --business biz_0123456789abcdef01'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(...BUSINESS)
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      answer(await client.json<AlertsAnswer>('GET', await pathOf(client, flags)), flags)
    })
  addSet(alerts)
  declareClient(alerts, 'reset', {
    description: 'Take the settings away: a dataset then follows its business again.',
    examples: ['twofold alerts reset --dataset 123456789012345'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(...BUSINESS)
    .action(async (flags: Flags) => {
      const client = clientOf(flags)
      answer(await client.json<AlertsAnswer>('DELETE', await pathOf(client, flags)), flags)
    })
  declareClient(alerts, 'test', {
    description: 'Send a test message to every channel of a dataset at once.',
    examples: ['twofold alerts test'],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .action(async (flags: DatasetOptions) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${await datasetIdOf(client, flags)}/alerts/test`
      const sent = await client.json<AlertTest>('POST', path, {})
      if (flags.json) return sayJson(sent)
      for (const { channel, error } of sent.sent) say(`${channel}: ${plain(error ?? 'sent')}`)
    })
}

interface SetFlags extends Flags {
  readonly email?: readonly string[]
  readonly webhook?: string
  readonly secret?: string
  readonly now?: string
  readonly digest?: string
  readonly hour?: number
  readonly rule?: AlertsChange['rules']
}

function addSet(alerts: Command): void {
  declareClient(alerts, 'set', {
    description: 'Change who is told of what; what is left out stays.',
    examples: [
      'twofold alerts set --email ann@example.com --email bob@example.com --now warning',
      'twofold alerts set --webhook https://hooks.example.com/twofold --secret whsec_BASE64',
      'twofold alerts set --digest daily --hour 7 --rule missing_page=never',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option(...BUSINESS)
    .option('--email <address>', 'who gets e-mail; may be given again; "" for nobody', gather)
    .option('--webhook <url>', 'gets every message as JSON; "" for none')
    .option('--secret <whsec>', 'signs what the webhook gets; "" for none')
    .option('--now <severity>', 'told at once from here on: error, warning, suggestion or none')
    .option('--digest <daily|never>', 'the rest once a day, or never')
    .option('--hour <n>', 'hour of the digest, UTC, 0 to 23', hour)
    .option('--rule <check=when>', 'a check: now, digest or never; may be given again', rule)
    .action(async (flags: SetFlags) => {
      const change = changeOf(flags)
      if (Object.keys(change).length === 0) {
        throw wrongUsage('Nothing to change.', 'See twofold alerts set --help.')
      }
      const client = clientOf(flags)
      const path = await pathOf(client, flags)
      // Rules are replaced as a whole: what was there before stays beside the new ones.
      const known = change.rules ? await client.json<AlertsAnswer>('GET', path) : undefined
      const rules = known ? { rules: { ...known.settings.rules, ...change.rules } } : {}
      answer(await client.json<AlertsAnswer>('PUT', path, { ...change, ...rules }), flags)
    })
}

function changeOf(flags: SetFlags): AlertsChange {
  const { email, webhook, secret, now, digest, hour: digest_hour, rule: rules } = flags
  return {
    ...(email ? { emails: email.filter((one) => one !== '') } : {}),
    ...(webhook === undefined ? {} : { webhook_url: webhook }),
    ...(secret === undefined ? {} : { webhook_secret: secret }),
    ...(now === undefined ? {} : { now: now as NonNullable<AlertsChange['now']> }),
    ...(digest === undefined ? {} : { digest: digest as NonNullable<AlertsChange['digest']> }),
    ...(digest_hour === undefined ? {} : { digest_hour }),
    ...(rules === undefined ? {} : { rules }),
  }
}

const gather = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text.trim(),
]

function hour(text: string): number {
  const value = Number(text)
  if (!/^\d{1,2}$/.test(text) || value > 23) throw new InvalidArgumentError('Give 0 to 23.')
  return value
}

function rule(text: string, before: AlertsChange['rules'] = {}): AlertsChange['rules'] {
  const [, code = '', when = ''] = /^([a-z0-9_]+)=(now|digest|never)$/.exec(text) ?? []
  if (code === '') throw new InvalidArgumentError('Such as missing_page=never.')
  return { ...before, [code]: when as 'now' | 'digest' | 'never' }
}

async function pathOf(client: Client, flags: Flags): Promise<string> {
  if (flags.business === undefined) {
    return `/api/datasets/${await datasetIdOf(client, flags)}/alerts`
  }
  if (flags.dataset !== undefined) throw wrongUsage('Give --dataset or --business, not both.')
  return `/api/businesses/${pathPart(flags.business)}/alerts`
}

function answer(alerts: AlertsAnswer, { json, business }: Flags): void {
  if (json) sayJson(alerts)
  else tell(alerts, business !== undefined)
}

function tell(alerts: AlertsAnswer, isBusiness: boolean): void {
  const { settings, own, mail, history, datasets } = alerts
  const { emails, webhook_url, webhook_secret, now, digest, digest_hour, rules } = settings
  const exceptions = Object.entries(rules).map(([code, when]) => `${code}=${when}`)
  const source = own ? 'its own' : isBusiness ? 'none set' : 'those of its business, or none'
  say(
    table([
      ['settings', source],
      ['e-mail', plain(emails.join(', ')) || 'nobody'],
      ['webhook', plain(webhook_url) || 'none'],
      ['signing secret', webhook_secret || 'none'],
      ['told at once', now === 'none' ? 'nothing' : `from ${now} on`],
      ['digest', digest === 'daily' ? `daily at ${digest_hour}:00 UTC` : 'never'],
      ['exceptions', exceptions.join(', ') || 'none'],
    ]),
  )
  if (!mail) say('This server cannot send e-mail: TWOFOLD_SMTP_HOST is not set.')
  for (const one of datasets) {
    const differs = one.differs.length > 0 ? ` (${one.differs.join(', ')})` : ''
    say(`${one.dataset_id} ${plain(one.name)}: ${one.own ? `own settings${differs}` : 'follows'}`)
  }
  for (const { at, kind, channel, subject, error } of history) {
    say(`${time(at)}  ${kind}, ${channel}: ${plain(subject)} (${plain(error ?? 'sent')})`)
  }
}
