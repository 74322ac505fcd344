/**
 * A rule as the page holds it: what the server stores, read with care, because an older program may
 * have stored what is no rule any more. Pure; ids are made here, everything else is the server's.
 */
export interface Rule {
  readonly id: string
  readonly name?: string
  readonly enabled?: boolean
  readonly when?: Json
  readonly actions: readonly Json[]
}

export type Json = Readonly<Record<string, unknown>>

/** In front of everything that asks for `.id`: such a rule is shown and can be edited as JSON. */
export function ruleOf(stored: unknown, index: number): Rule {
  const given = isJson(stored) ? stored : {}
  const id = typeof given.id === 'string' ? given.id : `rule-${index + 1}`
  const actions = Array.isArray(given.actions) ? given.actions.filter(isJson) : []
  return { ...given, id, actions } as Rule
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const titleOf = ({ name, id }: Rule): string => name?.trim() || id

export const isOn = ({ enabled }: Rule): boolean => enabled !== false

const ID_CHARS_MAX = 40

/** "Leave out: Tests!" as `leave-out-tests`, with a number behind it where that is taken. */
export function freeId(name: string, taken: readonly string[]): string {
  const plain = name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const base = plain.slice(0, ID_CHARS_MAX - 4).replace(/-$/, '') || 'rule'
  const used = new Set(taken)
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!used.has(id)) return id
  }
}

export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.filter((_, index) => index !== from)
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)]
}

export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly Rule[]
  readonly reordered: boolean
}

/** What publishing `draft` would change. */
export function changesBetween(published: readonly Rule[], draft: readonly Rule[]): Changes {
  const before = new Map(published.map((rule) => [rule.id, rule]))
  const after = new Set(draft.map(({ id }) => id))
  const kept = draft.filter(({ id }) => before.has(id))
  const stayed = published.filter(({ id }) => after.has(id))
  return {
    added: draft.filter(({ id }) => !before.has(id)).map(({ id }) => id),
    changed: kept.filter((rule) => !isSame(rule, before.get(rule.id))).map(({ id }) => id),
    removed: published.filter(({ id }) => !after.has(id)),
    reordered: kept.some(({ id }, index) => stayed[index]?.id !== id),
  }
}

export const isUnchanged = ({ added, changed, removed, reordered }: Changes): boolean =>
  added.length + changed.length + removed.length === 0 && !reordered

/** "1 new, 2 changed, 1 removed, another order". */
export function changesWords({ added, changed, removed, reordered }: Changes): string {
  const parts = [
    added.length > 0 && `${added.length} new`,
    changed.length > 0 && `${changed.length} changed`,
    removed.length > 0 && `${removed.length} removed`,
    reordered && 'another order',
  ]
  return parts.filter(Boolean).join(', ')
}

/** Keys in any order: the server writes them in its own. Defaults count as written. */
function isSame(a: Rule, b: Rule | undefined): boolean {
  const filled = (rule: Rule | undefined) => rule && { name: '', enabled: true, ...rule }
  return sorted(filled(a)) === sorted(filled(b))
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isJson(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  )
}

/** Where a rule is wrong, in the server's words: `actions.0.by` and what is said about it. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** Of the one rule that was checked; the server names it by its place, which is 0. */
export const problemOf = ({ path, message }: Problem): Problem => ({
  path: path.replace(/^0\.?/, ''),
  message: sentence(message),
})

function sentence(message: string): string {
  const start = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}
