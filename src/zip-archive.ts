/**
 * A zip file of a few small texts, as shops want plugins uploaded: the same bytes for the same
 * texts. No encryption and no zip64. Called by integrations.ts.
 */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  /** With forward slashes, no leading one. */
  readonly path: string
  readonly text: string
}

/** 1 January 1980 in the time of DOS: a build must not differ by its moment. */
const DOS_DATE = 0x21
const VERSION = 20
/** Names are UTF-8. */
const FLAGS = 0x800
const DEFLATED = 8
const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
/** An ordinary file that its owner may write and all may read. */
const UNIX_FILE = (0o100644 << 16) >>> 0
const MADE_BY_UNIX = (3 << 8) | VERSION

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, text } of entries) {
    const name = Buffer.from(path)
    const plain = Buffer.from(text)
    const packed = deflateRawSync(plain)
    const facts = factsOf({ crc: crc32(plain), packed: packed.length, plain: plain.length, name })
    const head = Buffer.alloc(4)
    head.writeUInt32LE(LOCAL)
    const local = Buffer.concat([head, facts, name, packed])
    directory.push(centralOf(facts, name, offset))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  return Buffer.concat([...parts, central, endOf(entries.length, central.length, offset)])
}

interface Facts {
  readonly crc: number
  readonly packed: number
  readonly plain: number
  readonly name: Buffer
}

/** What local header and directory say alike. */
function factsOf({ crc, packed, plain, name }: Facts): Buffer {
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(VERSION, 0)
  facts.writeUInt16LE(FLAGS, 2)
  facts.writeUInt16LE(DEFLATED, 4)
  facts.writeUInt16LE(DOS_DATE, 8)
  facts.writeUInt32LE(crc, 10)
  facts.writeUInt32LE(packed, 14)
  facts.writeUInt32LE(plain, 18)
  facts.writeUInt16LE(name.length, 22)
  return facts
}

function centralOf(facts: Buffer, name: Buffer, offset: number): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt32LE(CENTRAL, 0)
  head.writeUInt16LE(MADE_BY_UNIX, 4)
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE(UNIX_FILE, 6)
  tail.writeUInt32LE(offset, 10)
  return Buffer.concat([head, facts, tail, name])
}

function endOf(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(offset, 16)
  return end
}
