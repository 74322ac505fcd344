/**
 * `twofold source types|list|add|show|set|deliveries|retry|poll|remove`. Settings are given as
 * name=value and read by the JSON Schema of the kind, so a new source needs nothing here.
 */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type {
  ConnectionMadeAnswer,
  ConnectionShown,
  ConnectionsAnswer,
  SourceDeliveriesAnswer,
  SourceRetriedAnswer,
  SourceTypesAnswer,
  SourceTypeView,
} from '../api/types.ts'
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
import { confirm } from './confirm.ts'
import { settingsOf, settingWords } from './destination-settings.ts'
import { CliError, EXIT, wrongUsage } from './exit.ts'
import { count, plain, say, sayJson, table } from './output.ts'
import { deliveryTable, pollLines, showConnection, tableOf } from './source-text.ts'

interface Flags extends DatasetOptions {
  readonly name?: string
  readonly set?: readonly string[]
  readonly secret?: string
  readonly enabled?: string
  readonly state?: string
  readonly limit?: string
  readonly id?: readonly string[]
  readonly yes?: true
  readonly from?: string
  readonly wait?: boolean
}

export function addSource(program: Command): void {
  const source = program
    .command('source')
    .description('Shops, payments and CRMs that confirm events by webhook: connect, look, retry.')
  addTypes(source)
  addList(source)
  addAdd(source)
  addShow(source)
  addSet(source)
  addDeliveriesOf(source)
  addRetry(source)
  addPoll(source)
  addRemove(source)
}

function declareOne(parent: Command, declaration: string, description: string, example: string) {
  const examples = [`twofold source ${example}`]
  return declareClient(parent, declaration, { description, examples }).option(
    DATASET_FLAGS,
    DATASET_ABOUT,
  )
}

function addTypes(parent: Command): void {
  declareClient(parent, 'types', {
    description: 'List the kinds of source, or the settings of one and what to click there.',
    examples: ['twofold source types', 'twofold source types shopify'],
  })
    .argument('[type]', 'such as shopify or stripe: print its settings')
    .action(async (name: string | undefined, flags: Flags) => {
      const types = await typesOf(clientOf(flags))
      if (name === undefined) {
        if (flags.json) sayJson({ types })
        else say(table(types.map(({ name: one, title, about }) => [one, title, about])))
        return
      }
      const type = typeNamed(types, name)
      if (flags.json) return sayJson(type)
      say(`${type.title}. ${type.about}\n\n${stepsOf(type)}\n\n${settingWords(type)}`)
    })
}

function addList(parent: Command): void {
  declareOne(parent, 'list', 'List the connections and how each gets on.', 'list').action(
    async (flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const { connections } = await client.json<ConnectionsAnswer>('GET', path)
      if (flags.json) return sayJson({ connections })
      say(
        connections.length > 0
          ? tableOf(connections)
          : 'No source yet. Connect one: twofold source add shopify',
      )
    },
  )
}

function addAdd(parent: Command): void {
  const command = declareClient(parent, 'add <type>', {
    description: 'Connect a source: prints the address (and secret) to enter at the platform.',
    examples: [
      'twofold source add shopify --secret @secret.txt',
      'twofold source add woocommerce --name "Shop in Berlin"',
      'twofold source add stripe --set counts=payment_intents',
    ],
  }).option(DATASET_FLAGS, DATASET_ABOUT)
  changeFlags(command).action(async (name: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const type = typeNamed(await typesOf(client), name)
    const body = { source: name, name: flags.name ?? type.title, ...changesOf(type, flags, []) }
    const made = await client.json<ConnectionMadeAnswer>('POST', path, body)
    if (flags.json) return sayJson(made)
    say(`Connected ${plain(made.name)}: ${made.connection_id}`)
    say(stepsOf(type, made.url_with_key ?? made.url, made.secret ?? undefined))
    if (made.secret) say('The secret is shown this once.')
    if (made.needs_secret) {
      say(`Then enter its secret: twofold source set ${made.connection_id} --secret @secret.txt`)
    }
  })
}

function addShow(parent: Command): void {
  declareOne(parent, 'show <id>', 'Show one: address, numbers, settings.', 'show c_k3f9ab').action(
    async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const one = await client.json<ConnectionShown>('GET', `${path}/${pathPart(id)}`)
      if (flags.json) sayJson(one)
      else say(showConnection(one))
    },
  )
}

function addSet(parent: Command): void {
  const command = declareOne(
    parent,
    'set <id>',
    'Change one; what is not named stays. A new secret is valid beside the one before it.',
    'set c_k3f9ab --secret @secret.txt',
  ).option('--enabled <true|false>', 'false: deliveries are refused')
  changeFlags(command).action(async (id: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const one = `${path}/${pathPart(id)}`
    const { source, settings } = await client.json<ConnectionShown>('GET', one)
    const stored = (settings.secrets ?? []) as readonly string[]
    const { enabled } = flags
    if (enabled !== undefined && !/^(true|false)$/.test(enabled)) {
      throw wrongUsage(`--enabled is true or false, not "${enabled}".`)
    }
    const patch = {
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(enabled === undefined ? {} : { enabled: enabled === 'true' }),
      ...changesOf(typeNamed(await typesOf(client), source), flags, stored),
    }
    if (Object.keys(patch).length === 0) {
      throw wrongUsage('Nothing to change.', 'See twofold source set --help')
    }
    const changed = await client.json<ConnectionShown>('PATCH', one, patch)
    if (flags.json) sayJson(changed)
    else say(showConnection(changed))
  })
}

function addDeliveriesOf(parent: Command): void {
  declareOne(
    parent,
    'deliveries [id]',
    'List what was delivered, the newest first: what became of it and why.',
    'deliveries c_k3f9ab --state failed',
  )
    .option('--state <state>', 'received, translated, ignored, failed or duplicate')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (id: string | undefined, flags: Flags) => {
      const client = clientOf(flags)
      const datasetId = await datasetIdOf(client, flags)
      const query = new URLSearchParams({ limit: flags.limit ?? '20' })
      if (id !== undefined) query.set('connection_id', id)
      if (flags.state !== undefined) query.set('state', flags.state)
      const path = `/api/datasets/${datasetId}/source-deliveries?${query}`
      const answer = await client.json<SourceDeliveriesAnswer>('GET', path)
      if (flags.json) return sayJson(answer)
      const { deliveries } = answer
      say(deliveries.length > 0 ? deliveryTable(deliveries) : 'Nothing was delivered yet.')
    })
}

function addRetry(parent: Command): void {
  const collect = (id: string, before: readonly string[] = []): string[] => [...before, id]
  declareOne(
    parent,
    'retry <id>',
    'Translate failed deliveries once more. What was counted is not counted again.',
    'retry c_k3f9ab',
  )
    .option(
      '--state <states>',
      'failed, ignored, translated, received; several with commas',
      'failed',
    )
    .option('--id <n>', 'only this delivery; may be given several times', collect)
    .action(async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const body = {
        states: (flags.state ?? 'failed').split(','),
        ...(flags.id ? { ids: flags.id.map(Number) } : {}),
      }
      const one = `${path}/${pathPart(id)}/retry`
      const done = await client.json<SourceRetriedAnswer>('POST', one, body)
      if (flags.json) sayJson(done)
      else say(`${count(done.due)} due now.`)
    })
}

/** How often it is looked whether the platform has answered. */
const LOOK_MS = 500

function addPoll(parent: Command): void {
  declareOne(
    parent,
    'poll <id>',
    'Ask the platform for the orders that changed, to compare the count with them.',
    'poll c_k3f9ab --from 2026-11-01',
  )
    .option('--from <day>', 'ask again for all that changed since; else go on')
    .option('--no-wait', 'begin, and do not wait for the end')
    .action(async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const one = `${path}/${pathPart(id)}`
      const body = flags.from === undefined ? {} : { from: flags.from }
      let shown = await client.json<ConnectionShown>('POST', `${one}/poll`, body)
      while (flags.wait !== false && (shown.polling?.running || isUnderWay(shown))) {
        await new Promise((done) => setTimeout(done, LOOK_MS))
        shown = await client.json<ConnectionShown>('GET', one)
      }
      if (flags.json) sayJson(shown.polling)
      else say(pollLines(shown).join('\n'))
      const { trouble } = shown.polling ?? {}
      if (flags.wait !== false && trouble) {
        throw new CliError(EXIT.failed, 'poll_failed', {
          message: plain(trouble),
          fix: 'Mend it, then ask again; what came before the trouble is kept.',
        })
      }
    })
}

/** A large shop takes several rounds. */
const isUnderWay = ({ polling }: ConnectionShown): boolean =>
  polling?.more === true && polling.trouble === null

function addRemove(parent: Command): void {
  declareOne(
    parent,
    'remove <id>',
    'Remove one with everything it received. Events stay counted.',
    'remove c_k3f9ab --yes',
  )
    .option('--yes', 'do not ask')
    .action(async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const one = `${path}/${pathPart(id)}`
      const { name, states } = await client.json<ConnectionShown>('GET', one)
      const kept = Object.values(states).reduce((sum, n) => sum + n, 0)
      const what = `its ${count(kept)} deliveries`
      if (!flags.yes) await confirm(`Remove ${plain(name)} (${id}) and ${what}?`)
      await client.json('DELETE', one)
      if (flags.json) sayJson({ removed: id })
      else say(`Removed ${plain(name)} (${id}).`)
    })
}

function changeFlags(command: Command): Command {
  const collect = (pair: string, before: readonly string[] = []): string[] => [...before, pair]
  return command
    .option('--name <name>', 'how it is called')
    .option('--secret <secret>', 'what proves that a delivery is theirs; @FILE reads it')
    .option('-s, --set <name=value>', 'a setting; none takes it away', collect)
}

function changesOf(
  type: SourceTypeView,
  { set, secret }: Flags,
  stored: readonly string[],
): Record<string, unknown> {
  const read = (file: string): string => readFileSync(file, 'utf8')
  const given = set ? settingsOf(type, set, read) : {}
  const text = secret?.startsWith('@') ? read(secret.slice(1)).trim() : secret
  const secrets = text === undefined ? {} : { secrets: [text, ...stored.slice(0, 1)] }
  const settings = { ...given, ...secrets }
  return Object.keys(settings).length > 0 ? { settings } : {}
}

function stepsOf({ setup }: SourceTypeView, url?: string, secret?: string): string {
  return setup
    .map((step, index) => {
      const text = url === undefined ? step : step.replaceAll('{url}', url)
      return `  ${index + 1}. ${secret === undefined ? text : text.replaceAll('{secret}', secret)}`
    })
    .join('\n')
}

async function placeOf(flags: Flags): Promise<{ client: Client; path: string }> {
  const client = clientOf(flags)
  const datasetId = await datasetIdOf(client, flags)
  return { client, path: `/api/datasets/${datasetId}/connections` }
}

async function typesOf(client: Client): Promise<readonly SourceTypeView[]> {
  return (await client.json<SourceTypesAnswer>('GET', '/api/source-types')).types
}

function typeNamed(types: readonly SourceTypeView[], name: string): SourceTypeView {
  const type = types.find((one) => one.name === name)
  if (type) return type
  const known = types.map((one) => one.name).join(', ')
  throw wrongUsage(`There is no source "${name}".`, `Known are: ${known}.`)
}
