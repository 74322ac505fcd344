/** `twofold businesses list|create|rename|end`: who owns the datasets. */
import type { Command } from 'commander'
import type { BusinessesAnswer, BusinessView } from '../api/types.ts'
import type { Client } from './client.ts'
import { type ClientOptions, clientOf, declareClient, pathPart } from './command.ts'
import { confirm } from './confirm.ts'
import { wrongUsage } from './exit.ts'
import { plain, say, sayJson, table, time } from './output.ts'

export const BUSINESS_FLAGS = '-b, --business <id>'
export const BUSINESS_ABOUT = 'the business; may be left out while there is only one'

export interface BusinessOptions extends ClientOptions {
  readonly business?: string
}

/** The business named, or the only one there is; ready for a path. */
export async function businessIdOf(client: Client, { business }: BusinessOptions): Promise<string> {
  if (business !== undefined) return pathPart(business)
  const { businesses } = await client.json<BusinessesAnswer>('GET', '/api/businesses')
  const [only, second] = businesses
  if (only && !second) return only.business_id
  if (!only) {
    throw wrongUsage('There is no business yet.', 'Create one: twofold businesses create NAME')
  }
  const list = table(businesses.map(({ business_id, name }) => [business_id, plain(name)]))
  throw wrongUsage('There are several businesses: name one with --business.', list)
}

export function addBusinesses(program: Command): void {
  const businesses = program
    .command('businesses')
    .description('Who owns the datasets: list, create, rename and end.')
  declareClient(businesses, 'list', {
    description: 'List the businesses you belong to; a token for everything sees all.',
    examples: ['twofold businesses list', 'twofold businesses list --json'],
  }).action(async (flags: ClientOptions) => {
    const answer = await clientOf(flags).json<BusinessesAnswer>('GET', '/api/businesses')
    if (flags.json) return sayJson(answer)
    const rows = answer.businesses.map((one) => [
      one.business_id,
      String(one.datasets),
      String(one.people),
      time(one.created_at),
      plain(one.name),
    ])
    say(table([['id', 'datasets', 'people', 'made (UTC)', 'name'], ...rows], [1, 2]))
  })
  declareClient(businesses, 'create <name>', {
    description: 'Make a business.',
    examples: ['twofold businesses create "Brew and Beans"'],
  }).action(async (name: string, flags: ClientOptions) => {
    const made = await clientOf(flags).json<BusinessView>('POST', '/api/businesses', { name })
    if (flags.json) sayJson(made)
    else say(`Business ${made.business_id}: ${plain(made.name)}.`)
  })
  declareClient(businesses, 'rename <id> <name>', {
    description: 'Give a business another name.',
    examples: ['twofold businesses rename biz_0123456789abcdef01 "Beans Ltd."'],
  }).action(async (id: string, name: string, flags: ClientOptions) => {
    const path = `/api/businesses/${pathPart(id)}`
    const changed = await clientOf(flags).json<BusinessView>('PATCH', path, { name })
    if (flags.json) sayJson(changed)
    else say(`${changed.business_id} is called ${plain(changed.name)} now.`)
  })
  addEnd(businesses)
}

function addEnd(businesses: Command): void {
  declareClient(businesses, 'end <id>', {
    description: 'End a business that has no datasets any more; its people keep their accounts.',
    examples: ['twofold businesses end biz_0123456789abcdef01 --yes'],
  })
    .option('--yes', 'do not ask')
    .action(async (id: string, flags: ClientOptions & { yes?: true }) => {
      if (!flags.yes) await confirm(`End the business ${plain(id)}?`)
      await clientOf(flags).json('DELETE', `/api/businesses/${pathPart(id)}`)
      if (flags.json) sayJson({ ended: id })
      else say(`${plain(id)} has ended.`)
    })
}
