/**
 * `twofold destination list|types|add|show|set|remove|retry|test`. Settings are given as
 * name=value and read by the JSON Schema of the type, so a new kind of destination needs nothing
 * here.
 */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type {
  DestinationShown,
  DestinationsAnswer,
  DestinationTested,
  DestinationTypesAnswer,
  DestinationTypeView,
  RetryAnswer,
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
import { showDestination, tableOf } from './destination-text.ts'
import { CliError, EXIT, wrongUsage } from './exit.ts'
import { count, countOf, plain, say, sayJson, table } from './output.ts'

interface Flags extends DatasetOptions {
  readonly name?: string
  readonly set?: readonly string[]
  readonly legs?: string
  readonly wait?: string
  readonly only?: string
  readonly except?: string
  readonly eventsPerS?: string
  readonly enabled?: string
  readonly yes?: true
}

export function addDestination(program: Command): void {
  const destination = program
    .command('destination')
    .description('Where counted events are sent on: add, look at, change, test, remove.')
  addTypes(destination)
  addList(destination)
  addAdd(destination)
  addShow(destination)
  addSet(destination)
  addTest(destination)
  addRetry(destination)
  addRemove(destination)
}

function declareOne(parent: Command, declaration: string, description: string, example: string) {
  const examples = [`twofold destination ${example}`]
  return declareClient(parent, declaration, { description, examples }).option(
    DATASET_FLAGS,
    DATASET_ABOUT,
  )
}

function addTypes(parent: Command): void {
  declareClient(parent, 'types', {
    description: 'List the kinds of destination, or the settings of one.',
    examples: ['twofold destination types'],
  })
    .argument('[type]', 'such as meta or webhook: print its settings')
    .action(async (name: string | undefined, flags: Flags) => {
      const types = await typesOf(clientOf(flags))
      if (name !== undefined) {
        const type = typeNamed(types, name)
        if (flags.json) sayJson(type)
        else say(`${type.title}. ${type.about}\n\n${settingWords(type)}`)
      } else if (flags.json) sayJson({ types })
      else say(table(types.map(({ name: one, title, about }) => [one, title, about])))
    })
}

function addList(parent: Command): void {
  declareOne(parent, 'list', 'List the destinations and how each gets on.', 'list').action(
    async (flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const { destinations } = await client.json<DestinationsAnswer>('GET', path)
      if (flags.json) return sayJson({ destinations })
      say(
        destinations.length > 0
          ? tableOf(destinations)
          : 'No destination yet. Add one: twofold destination add meta --set dataset_id=ID ...',
      )
    },
  )
}

function addAdd(parent: Command): void {
  const command = declareClient(parent, 'add <type>', {
    description: 'Add a destination: it gets every event counted from then on.',
    examples: [
      'twofold destination types meta',
      'twofold destination add meta --set dataset_id=123456789 --set access_token=@token.txt',
      'twofold destination add webhook --set url=https://shop.com/in --set secret=@secret.txt',
    ],
  }).option(DATASET_FLAGS, DATASET_ABOUT)
  changeFlags(command).action(async (name: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const type = typeNamed(await typesOf(client), name)
    const made = await client.json<DestinationShown>('POST', path, {
      type: name,
      name: flags.name ?? type.title,
      ...changesOf(type, flags),
    })
    if (flags.json) return sayJson(made)
    say(`Added ${plain(made.name)}: ${made.destination_id}`)
    say(`Try it: twofold destination test ${made.destination_id}`)
  })
}

function addShow(parent: Command): void {
  declareOne(parent, 'show <id>', 'Show one: state, numbers, settings.', 'show d_k3f9ab').action(
    async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const one = await client.json<DestinationShown>('GET', `${path}/${pathPart(id)}`)
      if (flags.json) sayJson(one)
      else say(showDestination(one))
    },
  )
}

function addSet(parent: Command): void {
  const command = declareOne(
    parent,
    'set <id>',
    'Change one; what is not named stays. What was on hold is tried at once.',
    'set d_k3f9ab --set access_token=@token.txt',
  ).option('--enabled <true|false>', 'false: it gets no new events, what waits is kept')
  changeFlags(command).action(async (id: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const one = `${path}/${pathPart(id)}`
    const { type } = await client.json<DestinationShown>('GET', one)
    const patch = {
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.enabled === undefined ? {} : { enabled: booleanOf('--enabled', flags.enabled) }),
      ...changesOf(typeNamed(await typesOf(client), type), flags),
    }
    if (Object.keys(patch).length === 0) {
      throw wrongUsage('Nothing to change.', 'See twofold destination set --help')
    }
    const changed = await client.json<DestinationShown>('PATCH', one, patch)
    if (flags.json) sayJson(changed)
    else say(showDestination(changed))
  })
}

function addTest(parent: Command): void {
  declareOne(
    parent,
    'test <id>',
    'Send one marked test event (TwofoldTest) and say what happened. Exit code 1: not delivered.',
    'test d_k3f9ab',
  ).action(async (id: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const body = { destination_id: id }
    const tested = await client.json<DestinationTested>('POST', `${path}/test`, body)
    const { state, code, detail, event_name, event_id } = tested
    if (flags.json) sayJson(tested)
    else if (state === 'delivered') say(`${plain(detail)} ${event_name}, event_id ${event_id}`)
    if (state !== 'delivered') {
      throw new CliError(EXIT.failed, code ?? state, { message: detail, fix: undefined })
    }
  })
}

function addRetry(parent: Command): void {
  declareOne(
    parent,
    'retry <id>',
    'Try at once what is on hold or waits after a failure.',
    'retry d_k3f9ab',
  ).action(async (id: string, flags: Flags) => {
    const { client, path } = await placeOf(flags)
    const done = await client.json<RetryAnswer>('POST', `${path}/${pathPart(id)}/retry`, {})
    if (flags.json) sayJson(done)
    else say(`${count(done.due)} due now.`)
  })
}

function addRemove(parent: Command): void {
  declareOne(
    parent,
    'remove <id>',
    'Remove one with everything that waits for it. There is no way back.',
    'remove d_k3f9ab --yes',
  )
    .option('--yes', 'do not ask')
    .action(async (id: string, flags: Flags) => {
      const { client, path } = await placeOf(flags)
      const one = `${path}/${pathPart(id)}`
      const { name, status } = await client.json<DestinationShown>('GET', one)
      const waits = countOf(status.waiting, 'waiting event')
      if (!flags.yes) await confirm(`Remove ${plain(name)} (${id}) and ${waits}?`)
      await client.json('DELETE', one)
      if (flags.json) sayJson({ removed: id })
      else say(`Removed ${plain(name)} (${id}).`)
    })
}

function changeFlags(command: Command): Command {
  const collect = (pair: string, before: readonly string[] = []): string[] => [...before, pair]
  return command
    .option('--name <name>', 'how it is called')
    .option('-s, --set <name=value>', 'a setting; @FILE reads it, none takes it away', collect)
    .option('--legs <choice>', 'both, merged, browser, server or recommended')
    .option('--wait <seconds>', 'with --legs merged: how long to wait for the other report')
    .option('--only <a,b>', 'only these events; all: every one')
    .option('--except <a,b>', 'never these events; none: no exception')
    .option('--events-per-s <n>', 'at most so many in a second; none: as fast as it takes them')
}

function changesOf(type: DestinationTypeView, flags: Flags): Record<string, unknown> {
  const { set, legs, only, except, eventsPerS } = flags
  return {
    ...(set ? { settings: settingsOf(type, set, (file) => readFileSync(file, 'utf8')) } : {}),
    ...(legs === undefined ? {} : { legs: { default: policyOf(legs, flags.wait) } }),
    ...(only === undefined ? {} : { only_events: listOf(only, 'all') }),
    ...(except === undefined ? {} : { except_events: listOf(except, 'none') }),
    ...(eventsPerS === undefined
      ? {}
      : { events_per_s_max: eventsPerS === 'none' ? null : Number(eventsPerS) }),
  }
}

const WAIT_S = 10

function policyOf(send: string, wait: string | undefined): unknown {
  if (send === 'recommended') return null
  return { send, wait_s: send === 'merged' ? Number(wait ?? WAIT_S) : 0 }
}

function listOf(text: string, nothing: string): string[] {
  return text === nothing ? [] : text.split(',').filter((part) => part.trim() !== '')
}

function booleanOf(flag: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw wrongUsage(`${flag} is true or false, not "${text}".`)
}

async function placeOf(flags: Flags): Promise<{ client: Client; path: string }> {
  const client = clientOf(flags)
  const datasetId = await datasetIdOf(client, flags)
  return { client, path: `/api/datasets/${datasetId}/destinations` }
}

async function typesOf(client: Client): Promise<readonly DestinationTypeView[]> {
  return (await client.json<DestinationTypesAnswer>('GET', '/api/destination-types')).types
}

function typeNamed(types: readonly DestinationTypeView[], name: string): DestinationTypeView {
  const type = types.find((one) => one.name === name)
  if (type) return type
  const known = types.map((one) => one.name).join(', ')
  throw wrongUsage(`There is no destination of type "${name}".`, `Known are: ${known}.`)
}
