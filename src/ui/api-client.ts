/**
 * The only place that talks to the server: same origin, session cookie, typed errors. Pages use it
 * through queries.ts. The shapes are those of api/types.ts.
 */

import { requestWords } from './request-words.ts'

/** What went wrong, in the server's own words, with what to do about it. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly fix: string
  readonly retryable: boolean
  constructor(status: number, answer: ErrorAnswer) {
    super(wordsOf(answer))
    this.name = 'ApiError'
    this.status = status
    this.code = answer.code
    this.fix = isAboutFields(answer) ? 'Nothing was saved. Correct it, then try again.' : answer.fix
    this.retryable = answer.retryable
  }
}

interface ErrorAnswer {
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly fix: string
  readonly retryable: boolean
}

/** What does not fit is said whole in the detail, field by field. */
const isAboutFields = ({ code, detail }: ErrorAnswer): boolean =>
  code === 'invalid_request' && detail !== undefined

function wordsOf(answer: ErrorAnswer): string {
  const { message, detail } = answer
  if (detail === undefined) return message
  return isAboutFields(answer) ? requestWords(detail) : `${message} ${detail}`
}

const UNREACHABLE: ErrorAnswer = {
  code: 'unreachable',
  message: 'The server did not answer.',
  fix: 'Check that Twofold is running and that you are online, then try again.',
  retryable: true,
}

/** Throws ApiError, also when the server cannot be reached or answers with something else. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  return answerOf<T>(await send(method, path, body))
}

/** A file as the body; the browser reads it from the disk as it sends. */
export async function upload<T>(path: string, file: Blob, type: string): Promise<T> {
  const headers = { accept: 'application/json', 'content-type': type }
  const response = await fetch(path, { method: 'POST', headers, body: file }).catch(
    (cause: unknown) => {
      throw Object.assign(new ApiError(0, UNREACHABLE), { cause })
    },
  )
  return answerOf<T>(response)
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && answer !== undefined) return answer as T
  throw new ApiError(response.status, errorIn(answer) ?? unreadable(response.status))
}

/** For an answer of one JSON value a line. */
export async function lines<T>(path: string): Promise<readonly T[]> {
  const response = await send('GET', path)
  if (!response.ok) {
    const answer: unknown = await response.json().catch(() => undefined)
    throw new ApiError(response.status, errorIn(answer) ?? unreadable(response.status))
  }
  const text = await response.text()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as T]))
}

function send(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw Object.assign(new ApiError(0, UNREACHABLE), { cause })
  })
}

function errorIn(answer: unknown): ErrorAnswer | undefined {
  const error = (answer as { error?: ErrorAnswer } | undefined)?.error
  return typeof error?.message === 'string' && typeof error.fix === 'string' ? error : undefined
}

function unreadable(status: number): ErrorAnswer {
  return {
    code: 'unreadable',
    message: `The server answered ${status} without an explanation.`,
    fix: 'A proxy in front may have answered instead of Twofold. Try again, then see its log.',
    retryable: true,
  }
}
