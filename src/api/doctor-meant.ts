/**
 * Did every accepted event find its way to every destination? Those accepted since a destination is
 * there = its first deliveries + what it was not meant to get, by reason. Called by doctor.ts.
 */
import type { Store } from '../store/store.ts'
import type { Context } from './ports.ts'

const HOUR_S = 3600
/** From the time that a destination carries until it is in force; storing it lies between. */
const IN_FORCE_S_MAX = 60
const FOREVER_S = 99_999_999_999

/**
 * Counters are of whole hours and events arrive while they are read, so the number of events stands
 * between two: those of the hours after the destination was made, read before; and those from the
 * hour before it (a commit under way) on, read after. A dataset that was quiet then has one.
 */
export async function examineMeant(
  { store, destinations }: Pick<Context, 'store' | 'destinations'>,
  id: string,
): Promise<string[]> {
  const made = destinations.list(id).map(({ destination_id, created_at_ms }) => ({
    destination_id,
    hourS: Math.floor((created_at_ms / 1000 + IN_FORCE_S_MAX) / HOUR_S) * HOUR_S,
  }))
  if (made.length === 0) return []
  const hours = [...new Set(made.map(({ hourS }) => hourS))]
  const since = (aheadS: number): Promise<Map<number, number>> =>
    acceptedSince(store, id, new Map(hours.map((hourS) => [hourS, hourS + aheadS])))
  const atLeast = await since(HOUR_S)
  const statuses = await store.destinationStatus(id)
  const atMost = await since(-HOUR_S)
  return made.flatMap(({ destination_id, hourS }) => {
    const status = statuses.find((one) => one.destination_id === destination_id)
    const skipped = Object.values(status?.skipped ?? {}).reduce((sum, n) => sum + n, 0)
    const meant = (status?.created ?? 0) + skipped
    const [least, most] = [atLeast.get(hourS) ?? 0, atMost.get(hourS) ?? 0]
    if (meant >= least && meant <= most) return []
    const accepted = meant < least ? `at least ${least}` : `at most ${most}`
    return [
      `destination ${destination_id}: ${accepted} events were accepted since it is there, ` +
        `${status?.created ?? 0} were queued for it and ${skipped} were not meant for it`,
    ]
  })
}

/** `from`: by a name of the caller's, from when on. */
async function acceptedSince(
  store: Store,
  dataset_id: string,
  from: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const accepted = new Map<number, number>()
  for (const [name, from_s] of from) {
    const query = { dataset_id, from_s, to_s: FOREVER_S, by: 'total' } as const
    const { counters } = await store.counters(query)
    accepted.set(
      name,
      counters.reduce((sum, { metric, n }) => (metric === 'accepted' ? sum + n : sum), 0),
    )
  }
  return accepted
}
