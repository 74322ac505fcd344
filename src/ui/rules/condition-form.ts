/**
 * The condition of a rule as a form holds it: groups and tests with keys of their own, so that an
 * input keeps its focus while others come and go. A group may hold one test or none yet, which the
 * rule itself writes shorter. Pure.
 */
import { isJson, type Json } from './rule.ts'

export type Mode = 'all' | 'any' | 'none' | 'not_all'

export interface Group {
  readonly key: string
  readonly mode: Mode
  readonly of: readonly Node[]
}

export interface TestNode {
  readonly key: string
  readonly test: Json
}

export type Node = Group | TestNode

export const isGroup = (node: Node): node is Group => 'mode' in node

let made = 0
export const newKey = (): string => `n${++made}`

export const newTest = (field = 'event_name', op = 'equals'): TestNode => ({
  key: newKey(),
  test: { op, field, value: '' },
})

export const newGroup = (mode: Mode, of: readonly Node[] = [newTest()]): Group => ({
  key: newKey(),
  mode,
  of,
})

/** The outermost is always a group; a single test is a group of one. */
export function formOf(condition: unknown): Group {
  const node = nodeOf(condition)
  return isGroup(node) ? node : newGroup('all', [node])
}

function nodeOf(condition: unknown): Node {
  const { op, of } = isJson(condition) ? condition : {}
  if (op === 'all' || op === 'any') return newGroup(op, listOf(of).map(nodeOf))
  if (op !== 'not') return { key: newKey(), test: isJson(condition) ? condition : {} }
  const inner = isJson(of) ? of : {}
  if (inner.op === 'any') return newGroup('none', listOf(inner.of).map(nodeOf))
  if (inner.op === 'all') return newGroup('not_all', listOf(inner.of).map(nodeOf))
  return newGroup('none', [nodeOf(of)])
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export interface Written {
  readonly condition: Json
  /** Where each node stands in it: `of.0.of` -> key. */
  readonly paths: ReadonlyMap<string, string>
}

export function conditionOf(form: Group): Written {
  const paths = new Map<string, string>()
  const write = (node: Node, path: string): Json => {
    paths.set(path, node.key)
    if (!isGroup(node)) return node.test
    const below = (index: number, start: string): string => join(start, `of.${index}`)
    const [only] = node.of
    const isNegated = node.mode === 'none' || node.mode === 'not_all'
    if (node.of.length === 1 && only && (!isNegated || !isGroup(only))) {
      if (!isNegated) return write(only, path)
      return { op: 'not', of: write(only, join(path, 'of')) }
    }
    const start = isNegated ? join(path, 'of') : path
    const of = node.of.map((part, index) => write(part, below(index, start)))
    const group = { op: node.mode === 'all' || node.mode === 'not_all' ? 'all' : 'any', of }
    return isNegated ? { op: 'not', of: group } : group
  }
  return { condition: write(form, ''), paths }
}

const join = (path: string, next: string): string => (path === '' ? next : `${path}.${next}`)

/** The node that a path of the server's words is about, and what is left of the path. */
export function nodeAt(paths: Written['paths'], path: string): string | undefined {
  const parts = path.split('.')
  for (let length = parts.length; length >= 0; length--) {
    const key = paths.get(parts.slice(0, length).join('.'))
    if (key !== undefined) return key
  }
  return undefined
}

/** The same tree with one node replaced, or left out. Emptied groups stay, to be filled. */
export function replaced(form: Group, key: string, next: Node | undefined): Group {
  if (form.key === key) return next && isGroup(next) ? next : form
  const of = form.of.flatMap((node): readonly Node[] => {
    if (node.key === key) return next ? [next] : []
    return [isGroup(node) ? replaced(node, key, next) : node]
  })
  return { ...form, of }
}
