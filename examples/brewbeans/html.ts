/**
 * The shop's whole template engine: a tagged template that escapes everything put into it unless
 * it is already Html. Called by every file that writes a page; knows nothing about coffee.
 */

/** Text that is safe to send as HTML. Only `html` and `trusted` make one. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = Html | string | number | false | null | undefined | readonly Value[]

export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  let text = parts[0] ?? ''
  values.forEach((value, i) => {
    text += render(value) + (parts[i + 1] ?? '')
  })
  return new Html(text)
}

/** Marks text of our own (drawings, JSON made by `scriptJson`) as HTML. Never for user input. */
export function trusted(text: string): Html {
  return new Html(text)
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): Html {
  const text = JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')
  return new Html(text)
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function render(value: Value): string {
  if (value instanceof Html) return value.text
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
