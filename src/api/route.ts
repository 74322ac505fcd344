/**
 * One row of the route table: from it come the Fastify route, the authorisation, the checking of
 * what is sent, and the row in the OpenAPI document. Rows stand in the files named by noun.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Caller, Scope } from '../access/caller.ts'
import type { Action } from '../access/history-actions.ts'
import type { Need } from '../access/roles.ts'
import type { Context } from './ports.ts'

/**
 * Who may call. `dataset`, `business`: who has the need on the one of the path. `own`: who has it
 * anywhere, and the answer tells only of that. `instance`: operators and admin tokens for
 * everything. `person`: somebody signed in, about their own account. `token`: the holder of one
 * that reads or more.
 */
export type Auth =
  | 'public'
  | 'person'
  | 'token'
  | { readonly needs: Need; readonly on: 'dataset' | 'business' | 'own' }
  | { readonly needs: 'operate'; readonly on: 'instance' }

/** Need -> who has it, for errors and the OpenAPI document. */
export const NEED_WORDS = {
  read: 'the role analyst, or a read token',
  develop: 'the role developer, or an admin token',
  administer: 'the role admin, or an admin token',
  own: 'the role owner, or an admin token for everything',
  operate: 'an operator of the server, or an admin token for everything',
} as const

export type Recorded =
  | Action
  | {
      readonly action: Action
      /** What the thing is called and where it belongs, asked before it changes. */
      readonly about?: (
        call: Call<unknown, unknown>,
        context: Context,
      ) => { readonly name?: string; readonly dataset_id?: string } | undefined
      /** A trial, which changes nothing: it does not belong in the history. */
      readonly isTrial?: (call: Call<unknown, unknown>, context: Context) => boolean
    }

export interface Answer {
  readonly status: number
  readonly description: string
  /** Absent: no body. */
  readonly schema?: z.ZodType
  /** Default application/json. */
  readonly type?: string
}

export interface Call<Query, Body> {
  /** Of the path: a dataset's, a business's or a token's id. */
  readonly id: string
  /** All of the path, by name. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  /** Nobody on public routes. */
  readonly caller: Caller
  readonly may: (need: Need, scope: Scope) => boolean
  /** Throws `forbidden`: for what depends on more than the path. */
  readonly require: (need: Need, scope: Scope) => void
  /** Asked again by what goes on for long: a revoked token or a deleted dataset ends it. */
  readonly mayStill: () => boolean
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As OpenAPI writes it: /api/datasets/{id}. */
  readonly path: string
  readonly auth: Auth
  /**
   * What the history says of it; null: it changes nothing that is kept. Every route that is no GET
   * says so.
   */
  readonly history?: Recorded | null
  readonly summary: string
  readonly description?: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly answer: Answer
  /** What it returns is sent as JSON; a stream that it sent itself returns the reply. */
  readonly run: (call: Call<unknown, unknown>, context: Context) => unknown
}

type Typed<Query extends z.ZodType, Body extends z.ZodType> = Omit<
  Route,
  'query' | 'body' | 'run'
> & {
  readonly query?: Query
  readonly body?: Body
  readonly run: (call: Call<z.output<Query>, z.output<Body>>, context: Context) => unknown
}

/** Ties the types of `run` to its schemas; api.ts checks the values before `run` sees them. */
export function route<Query extends z.ZodType, Body extends z.ZodType>(
  typed: Typed<Query, Body>,
): Route {
  return typed as unknown as Route
}
