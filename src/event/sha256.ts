/**
 * SHA-256 of a text (UTF-8) as 64 lower-case hex digits, in plain JavaScript and without waiting.
 * For the browser, where crypto.subtle is asynchronous and absent on http pages; the server passes
 * node's crypto.hash instead and never comes here. Written for size, not for speed (FIPS 180-4).
 */

/** The same digest as `crypto.hash('sha256', text)`; a lone surrogate counts as U+FFFD in both. */
export function sha256(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const { length } = bytes
  // The message, a one bit, zeros, and the length in bits: whole blocks of 16 words.
  const words = new Int32Array((((length + 8) >> 6) + 1) * 16)
  for (let i = 0; i <= length; i++) {
    words[i >> 2] = (words[i >> 2] as number) | ((bytes[i] ?? 0x80) << (24 - (i % 4) * 8))
  }
  words[words.length - 1] = length * 8
  primes ??= firstPrimes()
  const k = primes.map((prime) => fraction(prime ** (1 / 3)))
  let state = primes.slice(0, 8).map((prime) => fraction(prime ** 0.5))
  for (let start = 0; start < words.length; start += 16) {
    const w = [...words.slice(start, start + 16)]
    const before = state
    for (let i = 0; i < 64; i++) {
      if (i > 15) {
        const x = w[i - 15] as number
        const y = w[i - 2] as number
        w[i] =
          ((w[i - 16] as number) +
            (mix(x, 7, 18) ^ (x >>> 3)) +
            (w[i - 7] as number) +
            (mix(y, 17, 19) ^ (y >>> 10))) |
          0
      }
      const [a, b, c, d, e, f, g, h] = state as Eight
      const t =
        h +
        (mix(e, 6, 11) ^ rotate(e, 25)) +
        ((e & f) ^ (~e & g)) +
        (k[i] as number) +
        (w[i] as number)
      const u = t + (mix(a, 2, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      state = [u | 0, a, b, c, (d + t) | 0, e, f, g]
    }
    state = state.map((word, i) => (word + (before[i] as number)) | 0)
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

type Eight = [number, number, number, number, number, number, number, number]

const rotate = (x: number, n: number): number => (x >>> n) | (x << (32 - n))
const mix = (x: number, n: number, m: number): number => rotate(x, n) ^ rotate(x, m)

/**
 * The constants are 32 bits of the fractions of the primes' roots: the cube roots of the first 64
 * for the rounds, the square roots of the first 8 for the start. Shorter to compute than to list.
 */
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0

/** Made once: finding them takes longer than hashing a name. */
let primes: number[] | undefined

function firstPrimes(): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) {
    if (primes.every((prime) => n % prime)) primes.push(n)
  }
  return primes
}
