/**
 * Reads a request's body into memory, within bounds: the size as sent, the size unpacked (gzip, br,
 * deflate), and the bytes all connections together may hold. It does not parse. collector.ts plugs
 * it into Fastify in place of the built-in parsers.
 */
import type { IncomingMessage } from 'node:http'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { TwofoldError } from '../errors.ts'
import { BODY_UNPACKED_BYTES_MAX, READING_BYTES_MAX } from '../limits.ts'

type Done = (error: Error | null, body: Buffer) => void
/** The signature of a content type parser of Fastify's; `body` is empty beside an error. */
export type ReadBody = (request: unknown, payload: IncomingMessage, done: Done) => void

/** A new one each time: a body may move to another thread, and takes its memory along. */
const nothing = (): Buffer => Buffer.alloc(0)

/** Bytes of bodies held by all connections that are still being received or unpacked. */
export interface Reading {
  bytes: number
}

/** `invalid_request`, `body_too_large`, `unsupported_encoding` or `overloaded` go to `done`. */
export function bodyReader(bytesMax: number, reading: Reading): ReadBody {
  return (_request, payload, done) => {
    receive(payload, bytesMax, reading, (error, body) => {
      const encoding = payload.headers['content-encoding']
      if (error || encoding === undefined || encoding === 'identity') done(error, body)
      else unpackWithin(reading, body, encoding, done)
    })
  }
}

function receive(payload: IncomingMessage, bytesMax: number, reading: Reading, done: Done): void {
  if (Number(payload.headers['content-length']) > bytesMax) {
    done(tooLarge(bytesMax), nothing())
    return
  }
  const chunks: Buffer[] = []
  let bytes = 0
  let ended = false
  const end = (error: Error | null): void => {
    if (ended) return
    ended = true
    reading.bytes -= bytes
    const [only = nothing()] = chunks
    if (error) done(error, nothing())
    else done(null, chunks.length > 1 ? joined(chunks, bytes) : only)
  }
  payload.on('data', (chunk: Buffer) => {
    if (ended) return
    bytes += chunk.length
    reading.bytes += chunk.length
    if (bytes > bytesMax) end(tooLarge(bytesMax))
    else if (reading.bytes > READING_BYTES_MAX) end(new TwofoldError('overloaded'))
    else chunks.push(chunk)
  })
  payload.on('end', () => end(null))
  const cutOff = (): void => {
    if (!ended) end(new TwofoldError('invalid_request', CUT_OFF))
  }
  payload.on('error', cutOff)
  payload.on('close', cutOff)
}

/** Their memory is free at once: the collector would find it some large bodies later. */
function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  const whole = Buffer.concat(chunks, bytes)
  for (const { buffer, length } of chunks) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
  }
  return whole
}

const CUT_OFF = 'The connection closed before the whole body had arrived.'

function tooLarge(bytesMax: number): TwofoldError {
  return new TwofoldError('body_too_large', `A body may have ${sizeOf(bytesMax)} here.`)
}

function sizeOf(bytes: number): string {
  const kb = bytes / 1024
  return kb < 1024 ? `${kb} KB` : `${kb / 1024} MB`
}

type Unpack = (
  body: Buffer,
  options: { maxOutputLength: number },
  done: (error: NodeJS.ErrnoException | null, unpacked: Buffer) => void,
) => void

const UNPACK: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['br', brotliDecompress],
  ['deflate', inflate],
])

function unpackWithin(reading: Reading, body: Buffer, encoding: string, done: Done): void {
  const name = encoding.trim().toLowerCase()
  const unpack = name === 'deflate' && isRaw(body) ? inflateRaw : UNPACK.get(name)
  if (!unpack) {
    const detail = `Content-Encoding was "${name.slice(0, 40)}".`
    done(new TwofoldError('unsupported_encoding', detail), nothing())
    return
  }
  reading.bytes += body.length
  unpack(body, { maxOutputLength: BODY_UNPACKED_BYTES_MAX }, (error, unpacked) => {
    reading.bytes -= body.length
    done(error ? unpackError(error, name) : null, unpacked ?? nothing())
  })
}

/** Some senders leave out the zlib frame that `deflate` means: its first byte ends in 8. */
function isRaw(body: Buffer): boolean {
  return ((body[0] ?? 0) & 0x0f) !== 8
}

function unpackError(cause: NodeJS.ErrnoException, encoding: string): TwofoldError {
  if (cause.code === 'ERR_BUFFER_TOO_LARGE') {
    const detail = `A body may have ${sizeOf(BODY_UNPACKED_BYTES_MAX)} here once unpacked.`
    return new TwofoldError('body_too_large', detail, { cause })
  }
  const detail = `The body is not what Content-Encoding says: it cannot be read as ${encoding}.`
  return new TwofoldError('invalid_request', detail, { cause })
}
