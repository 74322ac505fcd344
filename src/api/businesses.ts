/** Routes about businesses and the people in them, and the accounts of the server as a whole. */

import type { Business, Member } from '../access/businesses.ts'
import { INSTANCE } from '../access/caller.ts'
import type { Person } from '../access/people.ts'
import {
  businessesSchema,
  businessNameSchema,
  businessSchema,
  linkSchema,
  memberSchema,
  membersSchema,
  peopleSchema,
  roleChangeSchema,
} from './people-schemas.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'
import { viewLink } from './session.ts'
import type { BusinessView, MemberView, PersonView } from './types.ts'

const PATH = '/api/businesses/{id}'
const ADMINISTER = { needs: 'administer', on: 'business' } as const
const OPERATE = { needs: 'operate', on: 'instance' } as const

type Caller = Pick<Call<unknown, unknown>, 'caller'>

const nameOf = (id: string | undefined, { access }: Context) => {
  const person = access.findPerson(id ?? '')
  return person && { name: person.name }
}
const aboutMember = ({ params }: Call<unknown, unknown>, context: Context) =>
  nameOf(params.person_id, context)
const aboutPerson = ({ id }: Call<unknown, unknown>, context: Context) => nameOf(id, context)

const businessOwnRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/businesses',
    auth: { needs: 'read', on: 'own' },
    summary: 'List the businesses you belong to',
    answer: { status: 200, description: 'The oldest first.', schema: businessesSchema },
    run: (call, context) => ({
      businesses: context.access.businesses().flatMap((one) => viewBusiness(one, call, context)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/businesses',
    auth: OPERATE,
    history: 'business.created',
    summary: 'Make a business; who makes it owns it',
    body: businessNameSchema,
    answer: { status: 201, description: 'The business.', schema: businessSchema },
    run: async (call, context) => {
      const { caller } = call
      const ownerId = caller.kind === 'person' ? caller.id : undefined
      const made = await context.access.createBusiness(call.body.name, ownerId)
      return viewBusiness(made, call, context)[0]
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    auth: { needs: 'read', on: 'business' },
    summary: 'Read a business',
    answer: { status: 200, description: 'The business.', schema: businessSchema },
    run: (call, context) => {
      const business = context.access.findBusiness(call.id)
      return business && viewBusiness(business, call, context)[0]
    },
  }),
  route({
    method: 'PATCH',
    path: PATH,
    auth: ADMINISTER,
    history: 'business.changed',
    summary: 'Rename a business',
    body: businessNameSchema,
    answer: { status: 200, description: 'The business as it is now.', schema: businessSchema },
    run: async (call, context) => {
      const business = await context.access.renameBusiness(call.id, call.body.name)
      return viewBusiness(business, call, context)[0]
    },
  }),
  route({
    method: 'DELETE',
    path: PATH,
    auth: { needs: 'own', on: 'business' },
    history: 'business.deleted',
    summary: 'End a business that has no datasets any more',
    description: 'Its people keep their accounts.',
    answer: { status: 204, description: 'It is gone.' },
    run: async ({ id }, { access, alerts }) => {
      await access.deleteBusiness(id)
      await alerts.reset({ on: 'business', id })
    },
  }),
]

const memberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${PATH}/people`,
    auth: ADMINISTER,
    summary: 'List the people of a business with their roles',
    answer: { status: 200, description: 'The longest there first.', schema: membersSchema },
    run: (call, { access }) => ({
      people: access
        .members(call.id)
        .toSorted((a, b) => a.since_ms - b.since_ms)
        .flatMap((member) => viewMember(member, access.findPerson(member.person_id), call)),
    }),
  }),
  route({
    method: 'PATCH',
    path: `${PATH}/people/{person_id}`,
    auth: ADMINISTER,
    history: { action: 'person.role_changed', about: aboutMember },
    summary: 'Change the role of a person',
    description: 'Making or unmaking an owner needs an owner.',
    body: roleChangeSchema,
    answer: { status: 200, description: 'The person as they are now.', schema: memberSchema },
    run: async (call, { access }) => {
      const { person_id = '' } = call.params
      if (call.body.role === 'owner') call.require('own', { on: 'business', id: call.id })
      requireOwnerForOwner(call, person_id, access)
      const member = await access.changeRole(call.id, person_id, call.body.role)
      return viewMember(member, access.findPerson(person_id), call)[0]
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/people/{person_id}`,
    auth: ADMINISTER,
    history: { action: 'person.removed', about: aboutMember },
    summary: 'Remove a person from a business',
    description: 'They keep their account and their other businesses. Tokens they made stay.',
    answer: { status: 204, description: 'They may do nothing here any more.' },
    run: async (call, { access }) => {
      const { person_id = '' } = call.params
      requireOwnerForOwner(call, person_id, access)
      await access.removeMember(call.id, person_id)
    },
  }),
]

const personRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/people',
    auth: OPERATE,
    summary: 'List every account of the server',
    answer: { status: 200, description: 'The oldest first.', schema: peopleSchema },
    run: (_call, context) => ({
      people: context.access.people().map((person) => viewPerson(person, context)),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/people/{id}/password-link',
    auth: OPERATE,
    history: { action: 'password.link_made', about: aboutPerson },
    summary: 'Make a one-time link to a new password, for one who lost theirs',
    answer: { status: 201, description: 'The link, valid for a day.', schema: linkSchema },
    run: ({ id }, { access }) => viewLink('password', access.createPasswordCode(id)),
  }),
  route({
    method: 'DELETE',
    path: '/api/people/{id}',
    auth: OPERATE,
    history: { action: 'person.deleted', about: aboutPerson },
    summary: 'Delete an account, out of every business',
    answer: { status: 204, description: 'It is gone; the history keeps the name.' },
    run: ({ id }, { access }) => access.deletePerson(id),
  }),
]

export const businessRoutes: readonly Route[] = [
  ...businessOwnRoutes,
  ...memberRoutes,
  ...personRoutes,
]

/** An admin can neither unmake nor remove an owner. */
function requireOwnerForOwner(
  { id, require }: Pick<Call<unknown, unknown>, 'id' | 'require'>,
  personId: string,
  access: Context['access'],
): void {
  const member = access.members(id).find(({ person_id }) => person_id === personId)
  if (member?.role === 'owner') require('own', { on: 'business', id })
}

/** None for a business the caller has no role in. */
function viewBusiness(
  { business_id, name, created_at_ms }: Business,
  { caller }: Caller,
  { access }: Context,
): BusinessView[] {
  const { rights } = access
  // An operator who made one for somebody else sees what came of it this once.
  const isOperator = rights.may(caller, 'own', INSTANCE) && caller.kind === 'token'
  const role = rights.roleIn(caller, business_id) ?? (isOperator ? 'owner' : undefined)
  if (!role) return []
  const datasets = access
    .datasets()
    .filter(({ dataset_id }) => access.businessOf(dataset_id) === business_id).length
  const people = access.members(business_id).length
  const created_at = Math.floor(created_at_ms / 1000)
  return [{ business_id, name, role, datasets, people, created_at }]
}

function viewMember(
  { role, since_ms }: Member,
  person: Person | undefined,
  { caller }: Caller,
): MemberView[] {
  if (!person) return []
  const { person_id, name, email } = person
  const me = caller.kind === 'person' && caller.id === person_id
  return [{ person_id, name, email, role, since: Math.floor(since_ms / 1000), me }]
}

function viewPerson(person: Person, { access }: Context): PersonView {
  const { person_id, name, email, operator, created_at_ms } = person
  const businesses = access.businesses().flatMap((business) => {
    const member = access.members(business.business_id).find((one) => one.person_id === person_id)
    const { business_id } = business
    return member ? [{ business_id, name: business.name, role: member.role }] : []
  })
  const created_at = Math.floor(created_at_ms / 1000)
  return { person_id, name, email, operator, created_at, businesses }
}
