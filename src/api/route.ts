/**
 * One row of the route table: from it come the Fastify route, the authorisation, the checking of
 * what is sent, and the row in the OpenAPI document. Rows stand in the files named by noun.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Grant, Purpose } from '../access/grant.ts'
import type { Context } from './ports.ts'

/**
 * Who may call. `dataset`: holders of the purpose on the dataset of the path. `instance`: on all
 * datasets. `own`: on any, and the answer tells only of what they hold.
 */
export type Auth =
  | 'public'
  | { readonly purpose: Exclude<Purpose, 'send'>; readonly on: 'dataset' | 'instance' | 'own' }

export interface Answer {
  readonly status: number
  readonly description: string
  /** Absent: no body. */
  readonly schema?: z.ZodType
  /** Default application/json. */
  readonly type?: string
}

export interface Call<Query, Body> {
  /** Of the path: a dataset's or a token's id. */
  readonly id: string
  /** All of the path, by name. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  /** What the caller may do. Public routes get a grant that allows nothing. */
  readonly grant: Grant
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
