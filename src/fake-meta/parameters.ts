/**
 * A request's body and parameters in the shapes that Meta takes: query, JSON, urlencoded,
 * multipart. What cannot be read is a value, not an exception: Meta answers it with an error.
 */
import type { IncomingMessage } from 'node:http'
import { Busboy } from '@fastify/busboy'
import { BODY_BYTES_MAX, PARTS_MAX } from './bounds.ts'
import { type Fields, isFields } from './judged.ts'

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'too_large' | 'cut_off' }

export function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      // Read to the end all the same, so that the answer reaches a client that still writes.
      if (length <= BODY_BYTES_MAX) chunks.push(chunk)
    })
    request.on('end', () =>
      resolve(
        length > BODY_BYTES_MAX
          ? { ok: false, why: 'too_large' }
          : { ok: true, bytes: Buffer.concat(chunks) },
      ),
    )
    request.on('error', () => resolve({ ok: false, why: 'cut_off' }))
    request.on('close', () => resolve({ ok: false, why: 'cut_off' }))
  })
}

export type ContentKind = 'json' | 'urlencoded' | 'multipart' | 'none' | 'other'

export function kindOf(contentType: string | undefined): ContentKind {
  if (!contentType) return 'none'
  const type = contentType.toLowerCase()
  if (type.startsWith('multipart/form-data')) return 'multipart'
  if (type.startsWith('application/x-www-form-urlencoded')) return 'urlencoded'
  return /^(application|text)\/[\w.+-]*json\b/.test(type) ? 'json' : 'other'
}

/** Undefined: the body is not what its type says. Nulls of a body are left out. */
export async function readParameters(
  bytes: Buffer,
  contentType: string | undefined,
): Promise<Fields | undefined> {
  if (bytes.length === 0) return {}
  const kind = kindOf(contentType)
  if (kind === 'multipart') return multipart(bytes, contentType ?? '')
  const text = bytes.toString('utf8')
  if (kind === 'urlencoded') return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    if (!isFields(value)) return undefined
    return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
  } catch {
    return undefined
  }
}

/** Every part is a field, whatever headers it carries. */
function multipart(bytes: Buffer, contentType: string): Promise<Fields | undefined> {
  return new Promise((resolve) => {
    try {
      const fields = new Map<string, string>()
      const form = new Busboy({
        headers: { 'content-type': contentType },
        isPartAFile: () => false,
        limits: { fieldSize: BODY_BYTES_MAX, parts: PARTS_MAX },
      })
      form.on('field', (name: string, value: string) => fields.set(name, value))
      form.on('finish', () => resolve(Object.fromEntries(fields)))
      form.on('error', () => resolve(undefined))
      form.end(bytes)
    } catch {
      resolve(undefined) // A boundary is missing: not what its type says.
    }
  })
}
