/** `twofold token create|rotate|list|revoke`. */
import { type Command, InvalidArgumentError } from 'commander'
import type { TokenCreated, TokensAnswer } from '../api/types.ts'
import {
  type ClientOptions,
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
  pathPart,
} from './command.ts'
import { plain, say, sayJson, table, time } from './output.ts'

export function addToken(program: Command): void {
  const token = program.command('token').description('Make, list and revoke tokens.')
  addCreate(token)
  addRotate(token)
  declareClient(token, 'list', {
    description: 'List tokens; the tokens themselves are shown only when they are made.',
    examples: ['twofold token list'],
  }).action(async (flags: ClientOptions) => {
    const { tokens } = await clientOf(flags).json<TokensAnswer>('GET', '/api/tokens')
    if (flags.json) return sayJson({ tokens })
    const rows = tokens.map(({ id, purpose, dataset_id, name, ...times }) => [
      id,
      purpose,
      dataset_id === '*' ? 'all datasets' : dataset_id,
      time(times.created_at),
      times.last_used_at === null ? 'never' : time(times.last_used_at),
      times.expires_at === null ? 'never' : time(times.expires_at),
      plain(name),
    ])
    const head = ['id', 'purpose', 'dataset', 'made (UTC)', 'last used', 'ends', 'name']
    say(table([head, ...rows]))
  })
  declareClient(token, 'revoke <id>', {
    description: 'Revoke a token by its id and end the sessions made with it.',
    examples: ['twofold token revoke tok_0123456789abcdef01'],
  }).action(async (id: string, flags: ClientOptions) => {
    await clientOf(flags).json('DELETE', `/api/tokens/${pathPart(id)}`)
    if (flags.json) sayJson({ revoked: id })
    else say(`Revoked ${id}.`)
  })
}

type CreateOptions = DatasetOptions & {
  readonly all?: true
  readonly purpose: string
  readonly name: string
  readonly days?: number
}

function addRotate(parent: Command): void {
  declareClient(parent, 'rotate <id>', {
    description: 'Make the token that replaces this one; the old one goes on for some hours.',
    examples: ['twofold token rotate tok_0123456789abcdef01 --overlap-hours 48'],
  })
    .option('--overlap-hours <n>', 'how long the old token goes on', number, 24)
    .action(async (id: string, flags: ClientOptions & { overlapHours: number }) => {
      const path = `/api/tokens/${pathPart(id)}/rotate`
      const request = { overlap_hours: flags.overlapHours }
      const made = await clientOf(flags).json<TokenCreated>('POST', path, request)
      if (flags.json) return sayJson(made)
      say(`Token ${made.id} (${made.purpose}) replaces ${id}. Shown this once:\n${made.token}`)
      say(goesOn(id, flags.overlapHours))
    })
}

function goesOn(id: string, hours: number): string {
  if (hours === 0) return `${id} has ended.`
  return `${id} goes on for ${hours} ${hours === 1 ? 'hour' : 'hours'}, or until it would have ended.`
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('Give a number.')
  return value
}

function addCreate(parent: Command): void {
  declareClient(parent, 'create', {
    description: 'Make a token; it is shown this once.',
    examples: [
      'twofold token create --dataset 123456789012345 --purpose send --name "shop backend"',
      'twofold token create --dataset 123456789012345 --purpose read --days 90',
      'twofold token create --all --purpose read --name agency',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--all', 'for all datasets, later ones too')
    .requiredOption('--purpose <send|read|admin>', 'what it may do; admin may do everything')
    .option('--name <text>', 'a note for yourself', '')
    .option('--days <n>', 'it ends after so many days; left out, it lasts', number)
    .action(async (flags: CreateOptions) => {
      const client = clientOf(flags)
      const { purpose, name, days } = flags
      const request = { purpose, name, expires_in_days: days ?? null }
      const made = flags.all
        ? await client.json<TokenCreated>('POST', '/api/tokens', { ...request, dataset_id: '*' })
        : await client.json<TokenCreated>(
            'POST',
            `/api/datasets/${pathPart(await datasetIdOf(client, flags))}/tokens`,
            request,
          )
      if (flags.json) return sayJson(made)
      say(`Token ${made.id} (${purpose}). Shown this once:\n${made.token}`)
    })
}
