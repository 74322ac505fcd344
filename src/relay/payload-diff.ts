/**
 * Where two payloads differ, field by field: `custom_data.value`, `data.0.user_data.em`. A list of
 * plain values is one field. Pure; used by replay-plan.ts.
 */
import type { Json } from '../event/shape.ts'
import type { PayloadChange } from './replay-view.ts'

/** Undefined: there is no such payload. In the order of `before`, then what only `after` has. */
export function payloadChanges(
  before: Json | undefined,
  after: Json | undefined,
): readonly PayloadChange[] {
  const [old, now] = [leavesOf(before), leavesOf(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? null, after: now.get(field) ?? null }))
    .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after))
}

function leavesOf(payload: Json | undefined): Map<string, Json> {
  const leaves = new Map<string, Json>()
  if (payload !== undefined) walk(payload, '', leaves)
  return leaves
}

function walk(value: Json, path: string, leaves: Map<string, Json>): void {
  if (isLeaf(value)) {
    // An empty payload has no field to name.
    if (path !== '') leaves.set(path, value)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    walk(inner, path === '' ? key : `${path}.${key}`, leaves)
  }
}

function isLeaf(value: Json): value is null | boolean | number | string | readonly Json[] {
  if (typeof value !== 'object' || value === null) return true
  if (Object.keys(value).length === 0) return true
  return Array.isArray(value) && !value.every((item) => typeof item === 'object' && item !== null)
}
