/**
 * `twofold dataset create|list|show|update|delete`. The flags for settings are made from the one
 * schema of them, so a new setting needs nothing here.
 */
import type { Command } from 'commander'
import { z } from 'zod'
import type { DatasetCreated, DatasetsAnswer, DatasetView } from '../api/types.ts'
import { datasetSettingsSchema } from '../event/dataset.ts'
import { type ClientOptions, clientOf, declareClient, listOf, pathPart } from './command.ts'
import { confirm } from './confirm.ts'
import { wrongUsage } from './exit.ts'
import { plain, say, sayJson, time } from './output.ts'

type Flags = ClientOptions & Readonly<Record<string, unknown>>

export function addDataset(program: Command): void {
  const dataset = program
    .command('dataset')
    .description('Create, list, change and delete datasets.')
  addCreate(dataset)
  addList(dataset)
  addShow(dataset)
  addUpdate(dataset)
  addDelete(dataset)
}

function addCreate(parent: Command): void {
  const command = declareClient(parent, 'create', {
    description: 'Create a dataset and a token that sends events to it.',
    examples: [
      'twofold dataset create --name "My shop"',
      'twofold dataset create --name "My shop" --default-country DE --json',
    ],
  })
  addSettings(command).action(async (flags: Flags) => {
    const settings = settingsOf(flags)
    if (settings.name === undefined) throw wrongUsage('A dataset needs a name: --name "My shop"')
    const client = clientOf(flags)
    const made = await client.json<DatasetCreated>('POST', '/api/datasets', settings)
    const { dataset_id, access_token } = made
    if (flags.json) return sayJson({ dataset_id, access_token })
    say(`Dataset ${plain(made.dataset.name)}: ${dataset_id}`)
    say(`Its access token, shown this once: ${access_token}`)
    say(`\nPixel:  <script async src="${client.url}/p.js?id=${dataset_id}"></script>`)
    say(`Server: POST ${client.url}/v25.0/${dataset_id}/events`)
  })
}

function addList(parent: Command): void {
  declareClient(parent, 'list', {
    description: 'List the datasets this token may read.',
    examples: ['twofold dataset list', 'twofold dataset list --json'],
  }).action(async (flags: ClientOptions) => {
    const { datasets } = await clientOf(flags).json<DatasetsAnswer>('GET', '/api/datasets')
    if (flags.json) return sayJson({ datasets })
    say(datasets.length > 0 ? plainLines(listOf(datasets)) : 'No dataset yet.')
  })
}

function addShow(parent: Command): void {
  declareClient(parent, 'show <id>', {
    description: 'Show a dataset and its settings.',
    examples: ['twofold dataset show 123456789012345'],
  }).action(async (id: string, flags: ClientOptions) => {
    const path = `/api/datasets/${pathPart(id)}`
    show(await clientOf(flags).json<DatasetView>('GET', path), flags)
  })
}

function addUpdate(parent: Command): void {
  const command = declareClient(parent, 'update <id>', {
    description: 'Change settings of a dataset; what is not named stays.',
    examples: [
      'twofold dataset update 123456789012345 --repair merge',
      'twofold dataset update 123456789012345 --allowed-domains shop.com,*.shop.com',
    ],
  })
  addSettings(command).action(async (id: string, flags: Flags) => {
    const patch = settingsOf(flags)
    if (Object.keys(patch).length === 0) {
      throw wrongUsage('Nothing to change: name a setting.', 'See twofold dataset update --help')
    }
    const path = `/api/datasets/${pathPart(id)}`
    show(await clientOf(flags).json<DatasetView>('PATCH', path, patch), flags)
  })
}

function addDelete(parent: Command): void {
  declareClient(parent, 'delete <id>', {
    description: 'Delete a dataset with its tokens and every event it holds. There is no way back.',
    examples: [
      'twofold dataset delete 123456789012345',
      'twofold dataset delete 123456789012345 --yes',
    ],
  })
    .option('--yes', 'do not ask')
    .action(async (id: string, flags: ClientOptions & { yes?: true }) => {
      const client = clientOf(flags)
      const path = `/api/datasets/${pathPart(id)}`
      const { name } = await client.json<DatasetView>('GET', path)
      if (!flags.yes) await confirm(`Delete ${plain(name)} (${id}) and all its events?`)
      await client.json('DELETE', path)
      if (flags.json) sayJson({ deleted: id })
      else say(`Deleted ${plain(name)} (${id}).`)
    })
}

interface Setting {
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: unknown
  readonly anyOf?: readonly Setting[]
}

const SETTINGS = Object.entries(
  z.toJSONSchema(datasetSettingsSchema, { io: 'input' }).properties as Record<string, Setting>,
)

function addSettings(command: Command): Command {
  for (const [name, setting] of SETTINGS) {
    command.option(`--${name.replaceAll('_', '-')} <${kindOf(setting)}>`, setting.description ?? '')
  }
  return command
}

/** Of the flags, those that are settings, as the API takes them. It checks the values. */
function settingsOf(flags: Flags): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const [name, setting] of SETTINGS) {
    const flag = flags[name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
    if (typeof flag === 'string') settings[name] = settingValue(name, setting, flag)
  }
  return settings
}

function settingValue(name: string, setting: Setting, text: string): unknown {
  const isNullable = setting.anyOf?.some(({ type }) => type === 'null') ?? false
  if (isNullable && (text === 'none' || text === '')) return null
  switch (setting.type) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      throw wrongUsage(`--${name.replaceAll('_', '-')} is true or false, not "${text}".`)
    case 'integer':
      return Number(text)
    case 'array':
      return text.split(',').filter((part) => part.trim() !== '')
    default:
      return text
  }
}

function kindOf(setting: Setting): string {
  if (setting.enum) return setting.enum.join('|')
  if (setting.anyOf) return 'text|none'
  return (
    { boolean: 'true|false', integer: 'number', array: 'a,b,...' }[setting.type ?? ''] ?? 'text'
  )
}

function show(dataset: DatasetView, { json }: ClientOptions): void {
  if (json) {
    sayJson(dataset)
    return
  }
  const { dataset_id, name, created_at, ...settings } = dataset
  say(`${plain(name)}  ${dataset_id}  created ${time(created_at)} UTC`)
  for (const [key, value] of Object.entries(settings)) {
    const none = key === 'allowed_domains' ? '(every site)' : '(none)'
    say(`  ${key.padEnd(24)}${Array.isArray(value) ? value.join(', ') || none : value}`)
  }
}

function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}
