/**
 * A gzipped tar of a few small files, as npm installs packages from: the same bytes for the same
 * files, whenever it is made. Names up to 100 ASCII characters (ustar). Used by build-sdk.ts.
 */
import { gzipSync } from 'node:zlib'

export interface TarEntry {
  /** With forward slashes, no leading one. */
  readonly path: string
  readonly content: Uint8Array
}

const BLOCK = 512

export function tarOf(entries: readonly TarEntry[]): Uint8Array {
  const parts = entries.flatMap(({ path, content }) => [
    header(path, content.length),
    content,
    new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK),
  ])
  return gzipSync(Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]), { level: 9 })
}

/** An ordinary file that its owner may write and all may read, of no moment and nobody. */
function header(path: string, bytes: number): Uint8Array {
  if (path.length > 100) throw new Error(`${path} is too long for this archive`)
  const block = Buffer.alloc(BLOCK)
  const fields: readonly (readonly [text: string, at: number])[] = [
    [path, 0],
    ['0000644\0', 100],
    ['0000000\0', 108],
    ['0000000\0', 116],
    [`${bytes.toString(8).padStart(11, '0')}\0`, 124],
    // npm shows the times of files; some programs distrust the year 1970.
    ['03720403420\0', 136],
    // The sum counts its own place as spaces.
    ['        ', 148],
    ['0', 156],
    ['ustar\u000000', 257],
  ]
  for (const [text, at] of fields) block.write(text, at, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}
