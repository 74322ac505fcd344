/**
 * The parameters of a request, whatever it was sent as: JSON, urlencoded, multipart. It knows the
 * shapes real Conversions API clients send, not what the parameters mean; graph.ts and tr.ts do.
 */
import { Busboy } from '@fastify/busboy'
import { TwofoldError } from '../errors.ts'
import { BODY_UNPACKED_BYTES_MAX } from '../limits.ts'

/** Values are JSON values from JSON bodies, strings from forms. Later ones replace earlier ones. */
export type Parameters = Readonly<Record<string, unknown>>

/** Throws `invalid_request` when the body is not what its type says. */
export async function readParameters(
  body: Buffer | undefined,
  contentType: string | undefined,
): Promise<Parameters> {
  if (!body?.length) return {}
  const type = contentType?.toLowerCase() ?? ''
  if (type.startsWith('multipart/')) return readMultipart(body, contentType ?? '')
  const text = textOf(body)
  // `curl -d '{...}'` says urlencoded and sends JSON.
  if (type.startsWith('application/x-www-form-urlencoded') && !/^\s*\{/.test(text)) {
    return Object.fromEntries(new URLSearchParams(text))
  }
  const value = parseJson(text)
  if (isRecord(value)) return value
  throw new TwofoldError('invalid_request', 'The body must be a JSON object with a "data" list.')
}

/** The query of an address; of a name that comes twice, the last one. */
export type Fields = ReadonlyMap<string, string>

export function queryFields(url: string): Fields {
  const mark = url.indexOf('?')
  return new Map(mark < 0 ? [] : new URLSearchParams(url.slice(mark + 1)))
}

/** Throws `invalid_request` with the place of the fault, never with the text around it. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const at = /position (\d+)/.exec(String(cause))?.[1]
    const place = at === undefined ? 'it ends too early or is empty' : `at character ${at}`
    throw new TwofoldError('invalid_request', `The body is not JSON: ${place}.`)
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** UTF-8, without the byte order mark that some editors put in front. */
export function textOf(body: Buffer): string {
  const text = body.toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Every part is a field, also one with a file name (curl -F data=@events.json) or a type. */
function readMultipart(body: Buffer, contentType: string): Promise<Parameters> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const detail = `The multipart body cannot be read: ${(cause as Error).message}.`
      reject(new TwofoldError('invalid_request', detail, { cause }))
    }
    try {
      const fields = new Map<string, string>()
      const form = new Busboy({
        headers: { 'content-type': contentType },
        isPartAFile: () => false,
        limits: { fieldSize: BODY_UNPACKED_BYTES_MAX, parts: PARTS_MAX },
      })
      form.on('field', (name: string, value: string) => fields.set(name, value))
      form.on('finish', () => resolve(Object.fromEntries(fields)))
      form.on('error', fail)
      form.end(body)
    } catch (cause) {
      fail(cause)
    }
  })
}

/** A hit of Meta's own script has about sixty; a Conversions API request eight. */
const PARTS_MAX = 1000
