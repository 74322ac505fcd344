/** `twofold token create|list|revoke`. */
import type { Command } from 'commander'
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
  declareClient(token, 'list', {
    description: 'List tokens; the tokens themselves are shown only when they are made.',
    examples: ['twofold token list'],
  }).action(async (flags: ClientOptions) => {
    const { tokens } = await clientOf(flags).json<TokensAnswer>('GET', '/api/tokens')
    if (flags.json) return sayJson({ tokens })
    const rows = tokens.map(({ id, purpose, dataset_id, created_at, name }) => [
      id,
      purpose,
      dataset_id === '*' ? 'all datasets' : dataset_id,
      time(created_at),
      plain(name),
    ])
    say(table([['id', 'purpose', 'dataset', 'made (UTC)', 'name'], ...rows]))
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

function addCreate(parent: Command): void {
  declareClient(parent, 'create', {
    description: 'Make a token; it is shown this once.',
    examples: [
      'twofold token create --dataset 123456789012345 --purpose send --name "shop backend"',
      'twofold token create --all --purpose read --name agency',
    ],
  })
    .option(DATASET_FLAGS, DATASET_ABOUT)
    .option('--all', 'for all datasets, later ones too')
    .requiredOption('--purpose <send|read|admin>', 'what it may do; admin may do everything')
    .option('--name <text>', 'a note for yourself', '')
    .action(async (flags: DatasetOptions & { all?: true; purpose: string; name: string }) => {
      const client = clientOf(flags)
      const dataset_id = flags.all ? '*' : await datasetIdOf(client, flags)
      const { purpose, name } = flags
      const request = { dataset_id, purpose, name }
      const made = await client.json<TokenCreated>('POST', '/api/tokens', request)
      if (flags.json) return sayJson(made)
      say(`Token ${made.id} (${purpose}). Shown this once:\n${made.token}`)
    })
}
