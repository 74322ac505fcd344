/**
 * Talks to a server: TWOFOLD_URL with TWOFOLD_ADMIN_TOKEN. Turns what can go wrong (nobody answers,
 * not allowed, an error of ours or of the Graph endpoint) into errors with exit codes.
 */
import type { ErrorAnswer } from '../api/types.ts'
import type { ClientConfig } from '../config.ts'
import { CliError, EXIT, systemCode } from './exit.ts'

export interface Client {
  readonly url: string
  /** JSON in, JSON out; throws CliError for anything but success. */
  json<T>(method: string, path: string, body?: unknown): Promise<T>
  /** A file as the body, streamed; JSON out. */
  upload<T>(path: string, file: AsyncIterable<Uint8Array>, type: string): Promise<T>
  /** A checked answer whose body is still to be read. */
  open(path: string, headers?: Record<string, string>): Promise<Response>
  /** The answer as it came, whatever its status; throws CliError when nobody answers. */
  ask(method: string, path: string, options?: AskOptions): Promise<Response>
}

interface AskOptions {
  readonly body?: unknown
  /** Instead of `body`: sent as it comes. */
  readonly stream?: AsyncIterable<Uint8Array>
  readonly headers?: Record<string, string>
  /** Instead of the configured one. */
  readonly token?: string | undefined
}

export function createClient({ url, token }: ClientConfig): Client {
  const ask: Client['ask'] = async (method, path, options = {}) => {
    const credential = options.token ?? token
    try {
      return await fetch(url + path, {
        method,
        headers: {
          ...(credential ? { authorization: `Bearer ${credential}` } : {}),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        ...(options.stream ? { body: ReadableStream.from(options.stream), duplex: 'half' } : {}),
      })
    } catch (error) {
      throw unreachable(url, error)
    }
  }
  const checked = async (response: Response): Promise<Response> => {
    if (response.ok) return response
    throw failure(response, await response.text(), token !== undefined)
  }
  return {
    url,
    ask,
    open: async (path, headers = {}) => checked(await ask('GET', path, { headers })),
    upload: async <T>(path: string, file: AsyncIterable<Uint8Array>, type: string) => {
      const headers = { 'content-type': type }
      const response = await checked(await ask('POST', path, { stream: file, headers }))
      return (await response.json()) as T
    },
    json: async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await checked(await ask(method, path, { body }))
      const text = await response.text()
      const parsed = parse(text)
      if (text !== '' && parsed === undefined) throw notTwofold(url, response.status)
      return parsed as T
    },
  }
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(url: string, error: unknown): CliError {
  const cause = (error as { cause?: unknown }).cause
  const code = systemCode(cause) ?? (error instanceof Error ? error.message : String(error))
  return new CliError(EXIT.unreachable, 'unreachable', {
    message: `No server answers at ${url} (${code}).`,
    fix: 'Start one with `twofold serve`, or set TWOFOLD_URL to the address of yours.',
  })
}

/** Ours or the Graph endpoint's; the latter says in error_user_msg what to do. */
type ServerError = Partial<ErrorAnswer['error']> & {
  readonly message: string
  readonly error_user_msg?: string
}

/** The Graph endpoint's codes for a token that is missing or not known. */
const GRAPH_TOKEN_CODES: readonly unknown[] = [104, 190]

/** An answer that is not a success, as an error with the server's own words. */
export function failure(response: Response, text: string, hasToken: boolean): CliError {
  const { status } = response
  const error = (parse(text) as { error?: ServerError } | undefined)?.error
  if (!error?.message) return notTwofold(new URL(response.url).origin, status)
  const isDenied = status === 401 || status === 403 || GRAPH_TOKEN_CODES.includes(error.code)
  const exit = isDenied ? EXIT.denied : status === 400 ? EXIT.usage : EXIT.failed
  const fix =
    isDenied && !hasToken
      ? 'Set TWOFOLD_ADMIN_TOKEN to the admin token of the server.'
      : (error.fix ?? error.error_user_msg)
  if (error.code === 'invalid_request' && error.detail) {
    return new CliError(exit, error.code, {
      message: error.detail.replaceAll(/(^|; )body\./g, '$1'),
    })
  }
  const message = error.detail ? `${error.message} ${error.detail}` : error.message
  return new CliError(exit, String(error.code), { message, fix })
}

function notTwofold(url: string, status: number): CliError {
  return new CliError(EXIT.failed, 'unexpected_answer', {
    message: `${url} answered ${status}, but not as a Twofold server does.`,
    fix: 'Check TWOFOLD_URL; a proxy in front may have answered instead.',
  })
}
