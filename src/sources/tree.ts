/**
 * Reads JSON that platforms send: by path, as text, without ever throwing and without losing a
 * digit. Numbers that a double cannot hold (ids of 64 bits) stay the text they were sent as. Used
 * by every source.
 */

/** JSON of unknown shape. */
export type Tree = unknown

/** Undefined for what is no JSON. */
export function parseExact(text: string): Tree {
  try {
    return JSON.parse(text, exact as (this: unknown, key: string, value: unknown) => unknown)
  } catch {
    return undefined
  }
}

function exact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? String(value)
  return /^-?\d+$/.test(source) ? source : value
}

/** `customer.default_address.phone`; a number names a place in a list. */
export function at(tree: Tree, path: string): Tree {
  let value = tree
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as { readonly [name: string]: unknown })[name]
  }
  return value ?? undefined
}

/** The first of the paths that holds a text or a number, as text; spaces around are no part. */
export function textAt(tree: Tree, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = at(tree, path)
    const text = typeof value === 'number' ? decimalOfNumber(value) : value
    if (typeof text === 'string' && text.trim() !== '') return text.trim()
  }
  return undefined
}

/** Empty for what is no list. */
export function listAt(tree: Tree, path: string): readonly Tree[] {
  const value = at(tree, path)
  return Array.isArray(value) ? value : []
}

/** Names and values of an object; empty for anything else. */
export function entriesAt(tree: Tree, path: string): readonly (readonly [string, unknown])[] {
  const value = path === '' ? tree : at(tree, path)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? Object.entries(value) : []
}

export const isObject = (value: Tree): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Without what is undefined or empty: events carry no field that says nothing. */
export function present<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const said = Object.entries(fields).filter(
    ([, value]) =>
      value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(said) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

/** No exponent: amounts are read digit by digit. */
function decimalOfNumber(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text
}
