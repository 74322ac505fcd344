/**
 * Who may do what: people by their role in the business, tokens by their purpose and dataset. The
 * one place where it is decided; api.ts asks it for every request. Pure over what it is given.
 */
import type { Caller, Scope } from './caller.ts'
import { ALL, type Grant } from './grant.ts'
import { NEEDS, type Need, type Role, roleAllows } from './roles.ts'

export interface RightsPorts {
  /** The business of a dataset; undefined for one that does not exist. */
  readonly businessOf: (datasetId: string) => string | undefined
  readonly hasBusiness: (businessId: string) => boolean
  readonly roleOf: (businessId: string, personId: string) => Role | undefined
  readonly isOperator: (personId: string) => boolean
}

export interface Rights {
  /** False for what does not exist, except on the instance. */
  readonly may: (caller: Caller, need: Need, scope: Scope) => boolean
  /** Whether the caller is told that it exists: everything else is answered like the unknown. */
  readonly sees: (caller: Caller, scope: Scope) => boolean
  /** Whether a list may be asked for at all; it then holds what the caller may see. */
  readonly mayList: (caller: Caller, need: Need) => boolean
  /** On one dataset or business, the lowest first. */
  readonly needsMet: (caller: Caller, scope: Scope) => readonly Need[]
  /** The role in a business, or what a token of the instance comes to. */
  readonly roleIn: (caller: Caller, businessId: string) => Role | undefined
}

export function createRights(ports: RightsPorts): Rights {
  const roleIn: Rights['roleIn'] = (caller, businessId) => {
    if (caller.kind === 'nobody' || !ports.hasBusiness(businessId)) return undefined
    if (caller.kind === 'person') return ports.roleOf(businessId, caller.id)
    if (caller.grant.dataset_id !== ALL) return undefined
    return { admin: 'owner', read: 'analyst', send: undefined }[caller.grant.purpose] as
      | Role
      | undefined
  }

  const may: Rights['may'] = (caller, need, scope) => {
    if (caller.kind === 'nobody') return false
    if (scope.on === 'instance') {
      return caller.kind === 'person' ? ports.isOperator(caller.id) : isSuperuser(caller.grant)
    }
    const business = scope.on === 'business' ? scope.id : ports.businessOf(scope.id)
    if (business === undefined) return false
    const isOwnDataset =
      caller.kind === 'token' && scope.on === 'dataset' && caller.grant.dataset_id === scope.id
    if (isOwnDataset) return purposeAllows(caller.grant, need)
    const role = roleIn(caller, business)
    return role !== undefined && roleAllows(role, need)
  }

  const sees: Rights['sees'] = (caller, scope) => {
    if (scope.on === 'instance') return true
    const isOwnDataset =
      caller.kind === 'token' && scope.on === 'dataset' && caller.grant.dataset_id === scope.id
    if (isOwnDataset) return ports.businessOf(scope.id) !== undefined
    const isOfInstance = caller.kind === 'token' && caller.grant.dataset_id === ALL
    if (isOfInstance) {
      return scope.on === 'business'
        ? ports.hasBusiness(scope.id)
        : ports.businessOf(scope.id) !== undefined
    }
    return may(caller, 'read', scope)
  }

  return {
    may,
    sees,
    // A person of no business any more is shown an empty list, not an error.
    mayList: (caller, need) =>
      caller.kind === 'person' || (caller.kind === 'token' && purposeAllows(caller.grant, need)),
    needsMet: (caller, scope) => NEEDS.filter((need) => may(caller, need, scope)),
    roleIn,
  }
}

/** A token of one dataset never owns the business around it. */
function purposeAllows({ purpose }: Grant, need: Need): boolean {
  if (purpose === 'send') return false
  return need === 'read' || (purpose === 'admin' && need !== 'own')
}

function isSuperuser({ dataset_id, purpose }: Grant): boolean {
  return dataset_id === ALL && purpose === 'admin'
}
