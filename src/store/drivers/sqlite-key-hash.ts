/**
 * The hash under which the SQLite driver keeps a key: HalfSipHash-1-3 (Aumasson and Bernstein)
 * over UTF-16 code units, with a secret of the file, so that nobody who chooses event ids can make
 * two of them collide. 80 bits: among a billion keys, a false match stays less likely than a fault
 * of the disk.
 */

/** Two words that order and place a key, and sixteen bits more that must be equal too. */
export interface KeyHash {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** `secret`: the eight random bytes of the file. Of two texts it hashes the one they make together. */
export function keyHasher(secret: Uint8Array): (before: string, text: string) => KeyHash {
  const view = new DataView(secret.buffer, secret.byteOffset, 8)
  const k0 = view.getInt32(0)
  const k1 = view.getInt32(4)
  return (before, text) => hash(before, text, k0, k1)
}

/** The two are not joined first: that took longer than the hash. */
function hash(before: string, text: string, k0: number, k1: number): KeyHash {
  const v = { v0: k0, v1: k1 ^ 0xee, v2: 0x6c796765 ^ k0, v3: 0x74656462 ^ k1 }
  const length = before.length + text.length
  let i = 0
  for (; i + 1 < before.length; i += 2) {
    absorb(v, before.charCodeAt(i) | (before.charCodeAt(i + 1) << 16))
  }
  let at = 0
  if (i < before.length && i + 1 < length) {
    absorb(v, before.charCodeAt(i) | (text.charCodeAt(0) << 16))
    at = 1
  }
  for (; at + 1 < text.length; at += 2) {
    absorb(v, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))
  }
  // The length keeps "x" apart from "x\0".
  const last = at < text.length ? text.charCodeAt(at) : text === '' ? before.charCodeAt(i) : 0
  absorb(v, (length << 16) | last)
  v.v2 ^= 0xee
  const a = squeeze(v)
  v.v1 ^= 0xdd
  const b = squeeze(v)
  v.v1 ^= 0xcc
  return { a, b, c: squeeze(v) & 0xffff }
}

interface State {
  v0: number
  v1: number
  v2: number
  v3: number
}

function absorb(v: State, word: number): void {
  v.v3 ^= word
  round(v)
  v.v0 ^= word
}

function squeeze(v: State): number {
  round(v)
  round(v)
  round(v)
  return (v.v1 ^ v.v3) >>> 0
}

function round(v: State): void {
  let { v0, v1, v2, v3 } = v
  v0 = (v0 + v1) | 0
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
  v0 = (v0 << 16) | (v0 >>> 16)
  v2 = (v2 + v3) | 0
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
  v0 = (v0 + v3) | 0
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
  v2 = (v2 + v1) | 0
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
  v2 = (v2 << 16) | (v2 >>> 16)
  v.v0 = v0
  v.v1 = v1
  v.v2 = v2
  v.v3 = v3
}
