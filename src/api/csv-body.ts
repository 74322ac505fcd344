/** A file as the body of a request, for the routes that import one; the body is not read here. */
import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { plainObject } from '../access/plain-object.ts'
import { TwofoldError } from '../errors.ts'
import { letUploadTakeLong } from '../upload-time.ts'

/** Throws `invalid_request`. It may take as long as it needs to arrive. */
export function csvBody({ body, headers, raw }: FastifyRequest): AsyncIterable<string> {
  const file = body as Readable | undefined
  if (!/^text\/csv\b/i.test(headers['content-type'] ?? '') || !file) {
    throw new TwofoldError('invalid_request', 'Send the file itself, as text/csv.')
  }
  letUploadTakeLong(raw.socket)
  return file.setEncoding('utf8') as AsyncIterable<string>
}

/** Of a query or a body. */
export const isDryRun = (asked: unknown): boolean => plainObject(asked)?.dry_run === true
