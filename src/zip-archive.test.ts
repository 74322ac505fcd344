/** What the archive of an integration holds when it is unpacked. */
import { crc32, inflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { zipOf } from './zip-archive.ts'

/** By the directory at its end, as every reader goes about it. */
function unpacked(zip: Buffer): Record<string, string> {
  const end = zip.length - 22
  expect(zip.readUInt32LE(end)).toBe(0x06054b50)
  const files: Record<string, string> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    expect(zip.readUInt32LE(at)).toBe(0x02014b50)
    const nameBytes = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes)
    const local = zip.readUInt32LE(at + 42)
    expect(zip.readUInt32LE(local)).toBe(0x04034b50)
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const text = inflateRawSync(zip.subarray(from, from + zip.readUInt32LE(at + 20)))
    expect(crc32(text)).toBe(zip.readUInt32LE(at + 16))
    files[name] = text.toString()
    at += 46 + nameBytes
  }
  expect(at).toBe(end)
  return files
}

it('is what was put in, and the same bytes each time', () => {
  const entries = [
    { path: 'shop/a.php', text: '<?php // äöü\n'.repeat(500) },
    { path: 'shop/leer.txt', text: '' },
  ]
  const zip = zipOf(entries)
  expect(unpacked(zip)).toEqual(Object.fromEntries(entries.map(({ path, text }) => [path, text])))
  expect(zipOf(entries).equals(zip)).toBe(true)
  expect(zip.length).toBeLessThan(1000)
  expect(unpacked(zipOf([]))).toEqual({})
})
