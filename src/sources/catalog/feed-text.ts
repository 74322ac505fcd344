/**
 * The text of a feed from its bytes: unpacked where it is gzip, UTF-8, a piece at a time and never
 * more than the bounds. Throws FeedFault. Called by feed-reader.ts.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FEED_BYTES_MAX, FEED_UNPACKED_BYTES_MAX } from '../../catalog-limits.ts'
import { FeedFault } from './feed-fault.ts'

export async function* feedText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const { head, all } = await peeked(bounded(bytes, FEED_BYTES_MAX))
  const kind = KINDS.find(({ mark }) => mark.every((byte, at) => head[at] === byte))
  if (kind?.fix) throw new FeedFault(0, kind.fix)
  const plain = kind ? bounded(unpacked(all), FEED_UNPACKED_BYTES_MAX) : all
  const decoder = new TextDecoder()
  let isFirst = true
  for await (const piece of plain) {
    const text = decoder.decode(piece, { stream: true })
    if (isFirst && UTF_16.test(text)) throw new FeedFault(0, WIDE)
    isFirst = isFirst && text === ''
    if (text !== '') yield text
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
}

const WIDE = 'It is not UTF-8: save it as UTF-8 and try again.'

/** UTF-16 without a mark: every other character is none. */
const UTF_16 = /^(.\0.\0|\0.\0.)/s

interface Kind {
  readonly mark: readonly number[]
  /** Why it is not read; absent: gzip, which is. */
  readonly fix?: string
}

const KINDS: readonly Kind[] = [
  { mark: [0x1f, 0x8b] },
  { mark: [0x50, 0x4b, 3, 4], fix: 'It is a zip archive: unpack it, or pack the feed as gzip.' },
  { mark: [0xff, 0xfe], fix: WIDE },
  { mark: [0xfe, 0xff], fix: WIDE },
]

async function* bounded(bytes: AsyncIterable<Uint8Array>, max: number): AsyncGenerator<Uint8Array> {
  let sum = 0
  for await (const piece of bytes) {
    sum += piece.length
    if (sum > max) {
      throw new FeedFault(0, `It is larger than ${Math.round(max / 1024 ** 2)} MB: split it.`)
    }
    yield piece
  }
}

/** The first bytes, and all of them. */
async function peeked(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const source = bytes[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  let isDone = false
  while (head.length < 4 && !isDone) {
    const next = await source.next()
    if (next.done) isDone = true
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head
    if (isDone) return
    yield* { [Symbol.asyncIterator]: () => source }
  }
  return { head, all: all() }
}

/** Cut short or damaged, it is a fault of the feed; what reading itself throws stays as it is. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  let source: unknown
  const from = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      source = error
      throw error
    }
  }
  const done = pipeline(Readable.from(from()), gunzip).catch(() => undefined)
  try {
    yield* gunzip as AsyncIterable<Uint8Array>
    await done
  } catch (error) {
    if (source !== undefined) throw source
    const { code } = error as NodeJS.ErrnoException
    if (!code?.startsWith('Z_') && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    throw new FeedFault(0, 'The gzip file is damaged or was cut short: fetch it again.')
  } finally {
    gunzip.destroy()
  }
}
