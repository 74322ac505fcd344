/**
 * Reads the bits of a web-safe base64 text, as consent strings are written. Never reads past the
 * end. Used to check a string's cost before one of the IAB's decoders sees it.
 */

/** Throws RangeError at a character that is not base64url, and at the end. */
export class Bits {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The next `count` bits as a number; at most 30. */
  read(count: number): number {
    let value = 0
    for (let left = count; left > 0; left--) value = value * 2 + this.#bit()
    return value
  }

  skip(count: number): void {
    this.#at += count
    if (this.#at > this.#text.length * 6) throw new RangeError('the string ends too early')
  }

  /** The text of all bits so far, followed by `zeros` bits that are 0. */
  textSoFar(zeros: number): string {
    const whole = Math.floor(this.#at / 6)
    const unread = 6 - (this.#at % 6)
    const sextet = LETTERS.indexOf(this.#text.charAt(whole) || 'A')
    const last = unread === 6 ? '' : LETTERS.charAt((sextet >> unread) << unread)
    return (this.#text.slice(0, whole) + last).padEnd(Math.ceil((this.#at + zeros) / 6), 'A')
  }

  #bit(): number {
    const sextet = LETTERS.indexOf(this.#text.charAt(Math.floor(this.#at / 6)) || ' ')
    if (sextet < 0) throw new RangeError('the string ends too early or has a strange character')
    return (sextet >> (5 - (this.#at++ % 6))) & 1
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
