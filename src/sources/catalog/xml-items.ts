/**
 * The items of a product feed in XML (RSS 2.0 or Atom) as they come: one in memory at a time. Only
 * the direct children of an item are read, whatever namespace they claim; g:id wins over id. A
 * document type is refused, so no entity is ever expanded. Throws FeedFault. Called by
 * feed-reader.ts.
 */
import { SaxesParser } from 'saxes'
import { FEED_DEPTH_MAX, FEED_NAME_CHARS_MAX } from '../../catalog-limits.ts'
import { FILE_ROW_CHARS_MAX } from '../../order-limits.ts'
import { plain } from '../file-cells.ts'
import { FeedFault } from './feed-fault.ts'

export interface XmlItem {
  readonly line: number
  /** Name without its prefix, in plain words ("item group id") -> the text and the name it had. */
  readonly fields: ReadonlyMap<string, { readonly name: string; readonly text: string }>
}

export async function* xmlItems(text: AsyncIterable<string>): AsyncGenerator<XmlItem> {
  const reader = new Reader()
  for await (const piece of text) yield* reader.take(piece)
  yield* reader.end()
}

const ITEMS: ReadonlySet<string> = new Set(['item', 'entry'])

interface Field {
  readonly name: string
  readonly href: string
  text: string
}

class Reader {
  readonly #parser = new SaxesParser({ position: true })
  #ready: XmlItem[] = []
  #depth = 0
  /** Of the item that is open; 0: none is. */
  #itemDepth = 0
  #line = 0
  #fields = new Map<string, { name: string; text: string }>()
  #field: Field | undefined
  #chars = 0
  #items = 0

  constructor() {
    const parser = this.#parser
    parser.on('doctype', () => {
      throw this.#fault('A document type (DOCTYPE) is not read: leave it out.')
    })
    parser.on('error', (error) => {
      const words = error.message.replace(/^\d+:\d+:\s*/, '').replace(/\.$/, '')
      throw this.#fault(`It is not well-formed XML: ${words}.`)
    })
    parser.on('opentag', ({ name, attributes }) => {
      const href = attributes.href
      this.#open(name, typeof href === 'string' ? href : '')
    })
    parser.on('closetag', () => this.#close())
    parser.on('text', (text) => this.#add(text))
    parser.on('cdata', (text) => this.#add(text))
  }

  *take(piece: string): Generator<XmlItem> {
    // A small bite at a time: what stands between two tags is gathered by the parser itself.
    for (let at = 0; at < piece.length; at += BITE_CHARS) {
      const bite = piece.slice(at, at + BITE_CHARS)
      this.#chars += bite.length
      this.#parser.write(bite)
      if (this.#chars > FILE_ROW_CHARS_MAX) {
        throw this.#fault(
          `One item, or what stands before it, is longer than ${FILE_ROW_CHARS_MAX} characters.`,
        )
      }
      yield* this.#ready
      this.#ready = []
    }
  }

  *end(): Generator<XmlItem> {
    this.#parser.close()
    yield* this.#ready
    if (this.#items === 0) {
      throw new FeedFault(1, 'There is no item in it: a feed is RSS with item, or Atom with entry.')
    }
  }

  #open(name: string, href: string): void {
    this.#depth += 1
    if (this.#depth > FEED_DEPTH_MAX) throw this.#fault('It is nested too deeply to be a feed.')
    // Names of columns are told with every bad row, so a long one would fill the memory.
    if (name.length > FEED_NAME_CHARS_MAX) {
      throw this.#fault(`The name of an element is longer than ${FEED_NAME_CHARS_MAX} characters.`)
    }
    if (this.#itemDepth > 0) {
      if (this.#depth === this.#itemDepth + 1) this.#field = { name, href, text: '' }
      return
    }
    if (!ITEMS.has(localOf(name))) return
    this.#itemDepth = this.#depth
    this.#line = this.#parser.line
    this.#fields = new Map()
  }

  #close(): void {
    if (this.#field && this.#depth === this.#itemDepth + 1) this.#endField(this.#field)
    if (this.#itemDepth > 0 && this.#depth === this.#itemDepth) {
      this.#ready.push({ line: this.#line, fields: this.#fields })
      this.#items += 1
      this.#itemDepth = 0
      this.#chars = 0
    }
    this.#depth -= 1
  }

  #endField({ name, href, text }: Field): void {
    this.#field = undefined
    const key = plain(localOf(name))
    const value = text.trim() || href.trim()
    const known = this.#fields.get(key)
    const isBetter = !known || (name.includes(':') && !known.name.includes(':'))
    if (isBetter && value !== '') this.#fields.set(key, { name, text: value })
  }

  #add(text: string): void {
    if (this.#field && this.#depth === this.#itemDepth + 1) this.#field.text += text
    // Between items there is nothing but line ends.
    else if (this.#itemDepth === 0 && this.#items > 0) this.#chars = 0
  }

  #fault(words: string): FeedFault {
    return new FeedFault(this.#parser.line, words)
  }
}

const BITE_CHARS = 16 * 1024

const localOf = (name: string): string => name.slice(name.indexOf(':') + 1)
