/**
 * The door of `twofold/sdk`: what a shop's server imports. Runs wherever there are Web Requests:
 * Node 18 and later, Bun, Deno, Cloudflare Workers, Vercel. Adapters have doors of their own
 * (express.ts, fastify.ts, next.ts, hono.ts), and so has what only Node can do (node.ts and
 * file-spool.ts).
 */
import { eventId } from '../event/ids.ts'
import { createTwofold, type Twofold } from './client.ts'
import type {
  CustomData,
  EventName,
  Flushed,
  Item,
  PurchaseData,
  TrackContext,
  Tracked,
  Tracker,
  User,
  WaitUntil,
} from './event-types.ts'
import type { TwofoldOptions } from './options.ts'
import type { ProblemCode, TwofoldProblem } from './problem.ts'
import type { ConsentWord, RequestContext, RequestLike, RequestOptions } from './request-context.ts'
import type { Spool, SpoolChange, SpooledEvent } from './spool.ts'

export type {
  ConsentWord,
  CustomData,
  EventName,
  Flushed,
  Item,
  ProblemCode,
  PurchaseData,
  RequestContext,
  RequestLike,
  RequestOptions,
  Spool,
  SpoolChange,
  SpooledEvent,
  TrackContext,
  Tracked,
  Tracker,
  Twofold,
  TwofoldOptions,
  TwofoldProblem,
  User,
  WaitUntil,
}
export { createTwofold, eventId }
