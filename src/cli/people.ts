/** `twofold people list|role|remove|invite|invitations|withdraw`: who belongs to a business. */
import type { Command } from 'commander'
import type { InvitationsAnswer, Invited, MembersAnswer, MemberView } from '../api/types.ts'
import { BUSINESS_ABOUT, BUSINESS_FLAGS, type BusinessOptions, businessIdOf } from './business.ts'
import { clientOf, declareClient, pathPart } from './command.ts'
import { confirm } from './confirm.ts'
import { plain, say, sayJson, table, time } from './output.ts'

export function addPeople(program: Command): void {
  const people = program
    .command('people')
    .description('Who belongs to a business, and in which role: list, invite, change, remove.')
  declareClient(people, 'list', {
    description: 'List the people of a business with their roles.',
    examples: ['twofold people list', 'twofold people list --business biz_0123456789abcdef01'],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .action(async (flags: BusinessOptions) => {
      const client = clientOf(flags)
      const path = `/api/businesses/${await businessIdOf(client, flags)}/people`
      const answer = await client.json<MembersAnswer>('GET', path)
      if (flags.json) return sayJson(answer)
      const rows = answer.people.map(({ person_id, role, since, email, name }) => [
        ...[person_id, role, time(since), plain(email), plain(name)],
      ])
      say(table([['id', 'role', 'since (UTC)', 'e-mail', 'name'], ...rows]))
    })
  addChanges(people)
  addInvitations(people)
}

function addChanges(people: Command): void {
  declareClient(people, 'role <person> <role>', {
    description: 'Give a person another role: owner, admin, developer or analyst.',
    examples: ['twofold people role per_0123456789abcdef01 developer'],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .action(async (person: string, role: string, flags: BusinessOptions) => {
      const client = clientOf(flags)
      const path = `/api/businesses/${await businessIdOf(client, flags)}/people/${pathPart(person)}`
      const changed = await client.json<MemberView>('PATCH', path, { role })
      if (flags.json) sayJson(changed)
      else say(`${plain(changed.name)} is ${changed.role} now.`)
    })
  declareClient(people, 'remove <person>', {
    description: 'Take a person out of the business; the account stays.',
    examples: ['twofold people remove per_0123456789abcdef01 --yes'],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .option('--yes', 'do not ask')
    .action(async (person: string, flags: BusinessOptions & { yes?: true }) => {
      if (!flags.yes) await confirm(`Take ${plain(person)} out of the business?`)
      const client = clientOf(flags)
      const path = `/api/businesses/${await businessIdOf(client, flags)}/people/${pathPart(person)}`
      await client.json('DELETE', path)
      if (flags.json) sayJson({ removed: person })
      else say(`${plain(person)} is out.`)
    })
}

function addInvitations(people: Command): void {
  declareClient(people, 'invite', {
    description: 'Make a one-time link that lets somebody in; it is shown this once.',
    examples: [
      'twofold people invite --role analyst --email ann@example.com',
      'twofold people invite --role developer --json',
    ],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .requiredOption('--role <role>', 'owner, admin, developer or analyst')
    .option('--email <address>', 'only who has this address can use the link')
    .action(async (flags: BusinessOptions & { role: string; email?: string }) => {
      const client = clientOf(flags)
      const path = `/api/businesses/${await businessIdOf(client, flags)}/invitations`
      const request = { role: flags.role, email: flags.email ?? null }
      const made = await client.json<Invited>('POST', path, request)
      if (flags.json) return sayJson(made)
      say(
        `Invitation ${made.invitation_id} (${made.role}), good until ${time(made.expires_at)} UTC.`,
      )
      say(`Shown this once:\n${client.url}${made.path}`)
    })
  declareClient(people, 'invitations', {
    description: 'List the invitations that wait.',
    examples: ['twofold people invitations'],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .action(async (flags: BusinessOptions) => {
      const client = clientOf(flags)
      const path = `/api/businesses/${await businessIdOf(client, flags)}/invitations`
      const answer = await client.json<InvitationsAnswer>('GET', path)
      if (flags.json) return sayJson(answer)
      const rows = answer.invitations.map((one) => [
        ...[one.invitation_id, one.role, plain(one.email ?? 'whoever has the link')],
        ...[time(one.expires_at), plain(one.made_by)],
      ])
      say(table([['id', 'role', 'for', 'ends (UTC)', 'made by'], ...rows]))
    })
  declareClient(people, 'withdraw <invitation>', {
    description: 'Withdraw an invitation that was not used yet.',
    examples: ['twofold people withdraw inv_0123456789abcdef01'],
  })
    .option(BUSINESS_FLAGS, BUSINESS_ABOUT)
    .action(async (id: string, flags: BusinessOptions) => {
      const client = clientOf(flags)
      const base = `/api/businesses/${await businessIdOf(client, flags)}/invitations`
      await client.json('DELETE', `${base}/${pathPart(id)}`)
      if (flags.json) sayJson({ withdrawn: id })
      else say(`${plain(id)} is withdrawn.`)
    })
}
