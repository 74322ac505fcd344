/**
 * Where the rules of a dataset let an event go. The rules write `routes` onto the envelope of a
 * leg; whoever makes deliveries asks here. Pure.
 */
import type { Routes } from './shape.ts'

/** Whether an event with these routes may go to the destination; no routes: everywhere. */
export function allowsDestination(routes: Routes | undefined, destinationId: string): boolean {
  if (!routes) return true
  if (routes.only && !routes.only.includes(destinationId)) return false
  return !routes.except?.includes(destinationId)
}

/** Both routes at once: what one of them forbids stays forbidden. */
export function narrowed(before: Routes | undefined, more: Routes): Routes {
  const only = more.only && before?.only ? before.only.filter(isIn(more.only)) : more.only
  const kept = only ?? before?.only
  const except = [...new Set([...(before?.except ?? []), ...(more.except ?? [])])]
  return { ...(kept ? { only: kept } : {}), ...(except.length > 0 ? { except } : {}) }
}

const isIn =
  (list: readonly string[]) =>
  (id: string): boolean =>
    list.includes(id)
