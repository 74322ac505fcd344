/**
 * Graph's field expansion, as far as reading one report needs it: `web{event_name,acr{percentage}}`
 * names what is wanted, level by level. Pure; graph-quality.ts uses it.
 */

/** Wanted fields by name; `all` stands for everything below. */
export type Fields = { readonly [name: string]: Fields | 'all' }

export type FieldsRead =
  | { readonly fields: Fields }
  /** At this place the list cannot be read. */
  | { readonly broken: string }

const DEPTH_MAX = 8

export function readFields(text: string): FieldsRead {
  const tokens = text.match(/[\w.]+|[{},]|\S/g) ?? []
  let at = 0
  let broken: string | undefined
  const level = (depth: number): Fields => {
    const fields: { [name: string]: Fields | 'all' } = Object.create(null)
    while (broken === undefined) {
      const name = tokens[at++] ?? ''
      if (!/^\w+$/.test(name) || depth > DEPTH_MAX) broken = name || 'the end'
      fields[name] = 'all'
      if (tokens[at] === '{') {
        at++
        fields[name] = level(depth + 1)
        if (tokens[at++] !== '}') broken ??= name
      }
      if (tokens[at] !== ',') break
      at++
    }
    return fields
  }
  const fields = level(0)
  if (broken === undefined && at < tokens.length) broken = tokens[at]
  return broken === undefined ? { fields } : { broken }
}

/** The first wanted name that there is not; undefined when all are known. */
export function unknownField(wanted: Fields, known: Fields): string | undefined {
  for (const [name, below] of Object.entries(wanted)) {
    const there = Object.hasOwn(known, name) ? known[name] : undefined
    if (there === undefined) return name
    const missing = below === 'all' ? undefined : unknownField(below, there === 'all' ? {} : there)
    if (missing !== undefined) return missing
  }
  return undefined
}

/** What of `value` is wanted; a list gives the same of each entry. */
export function pickFields(value: unknown, wanted: Fields | 'all'): unknown {
  if (wanted === 'all' || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => pickFields(one, wanted))
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, below]) => {
      const own = (value as Record<string, unknown>)[name]
      return own === undefined ? [] : [[name, pickFields(own, below)]]
    }),
  )
}
