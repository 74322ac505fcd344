/** Unpacks what zip-archive.ts packs, for tests. Throws where a reader of zip files would. */
import { crc32, inflateRawSync } from 'node:zlib'

/** By the directory at its end, as every reader goes about it. */
export function unpacked(zip: Buffer): Record<string, string> {
  const end = zip.length - 22
  must(zip.readUInt32LE(end) === 0x06054b50)
  const files: Record<string, string> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    must(zip.readUInt32LE(at) === 0x02014b50)
    const nameBytes = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes)
    const local = zip.readUInt32LE(at + 42)
    must(zip.readUInt32LE(local) === 0x04034b50)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const text = inflateRawSync(zip.subarray(from, from + zip.readUInt32LE(at + 20)))
    must(crc32(text) === zip.readUInt32LE(at + 16))
    files[name] = text.toString()
    at += 46 + nameBytes
  }
  must(at === end)
  return files
}

function must(holds: boolean): void {
  if (!holds) throw new Error('This is no whole zip file.')
}
