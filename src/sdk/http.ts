/**
 * One batch as one request: the body, the time it may take, and what its answer means. Never
 * throws, never logs. For sender.ts.
 */
import { readAnswer, type Verdict } from './answer.ts'
import type { Platform } from './platform.ts'
import { reasonOf } from './problem.ts'
import type { SpooledEvent } from './spool.ts'

export interface Target {
  /** Without a slash at its end. */
  readonly url: string
  readonly dataset: string
  readonly token: string
}

export type Post = (batch: readonly SpooledEvent[]) => Promise<Verdict>

/** All events of a batch carry the same test code, or none. */
export function createPost({ url, dataset, token }: Target, platform: Platform): Post {
  const address = `${url}/capi/${dataset}/events`
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return async (batch) => {
    try {
      const response = await platform.fetch(address, {
        method: 'POST',
        headers,
        body: bodyOf(batch),
        // A redirect would make a GET of it, or carry the token elsewhere.
        redirect: 'manual',
        signal: platform.deadline(),
      })
      return readAnswer({
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        text: await response.text(),
        events: batch.length,
        nowMs: platform.nowMs(),
      })
    } catch (error) {
      return { kind: 'retry', reason: reasonOf(error) }
    }
  }
}

function bodyOf(batch: readonly SpooledEvent[]): string {
  const code = batch[0]?.testEventCode
  const test = code === undefined ? '' : `,"test_event_code":${JSON.stringify(code)}`
  return `{"data":[${batch.map(({ text }) => text).join(',')}]${test}}`
}
