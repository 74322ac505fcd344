/**
 * The equation of what goes out, per destination: created + created_further = the sum of its
 * states; and with every leg read: events accepted since it was made = created + skipped. Called by
 * doctor.ts.
 */
import type { z } from 'zod'
import type { Leg } from '../event/shape.ts'
import { DESTINATION_EDGE_MS } from '../limits.ts'
import type { DeliveryAudit, DeliveryState, DestinationStatus } from '../store/outbox.ts'
import type { deliveryEquationSchema } from './destination-schemas.ts'
import type { Context } from './ports.ts'

type Equation = z.infer<typeof deliveryEquationSchema>
type Counts = Readonly<Record<DeliveryState, number>>

interface Result {
  readonly deliveries: Equation[]
  readonly problems: string[]
}

/** From the counters alone. */
export async function deliveriesOf(context: Context, datasetId: string): Promise<Result> {
  const deliveries = await equationsOf(context, datasetId)
  return { deliveries, problems: deliveries.flatMap(unbalanced) }
}

/**
 * Reads counters and rows now; `see` then hears of every leg, and `result` compares. Events that
 * arrived around the making of a destination, or since the counters were read, may count or not.
 */
export async function deliveriesWithin(
  context: Context,
  datasetId: string,
): Promise<{ see: (leg: Leg, late: boolean) => void; result: () => Result }> {
  const audits = await context.store.auditDeliveries(datasetId)
  const equations = (await equationsOf(context, datasetId)).map((equation) => {
    const made = context.destinations.find({
      dataset_id: datasetId,
      destination_id: equation.destination_id,
    })
    return { equation, sinceMs: made?.created_at_ms, from: 0, to: 0 }
  })
  return {
    see: (leg, late) => {
      if (leg.verdict !== 'accepted') return
      const atMs = leg.envelope.received_at_ms
      for (const one of equations) {
        if (one.sinceMs === undefined || atMs < one.sinceMs - DESTINATION_EDGE_MS) continue
        one.to += 1
        if (!late && atMs > one.sinceMs + DESTINATION_EDGE_MS) one.from += 1
      }
    },
    result: () => {
      const deliveries = equations.map(({ equation, sinceMs, from, to }) => {
        const audit = audits.find(
          ({ destination_id }) => destination_id === equation.destination_id,
        )
        return {
          ...equation,
          ...(audit ? { stored: { ...audit.stored } } : {}),
          ...(sinceMs === undefined ? {} : { accepted: { from, to } }),
        }
      })
      const problems = deliveries.flatMap((one) => [...unbalanced(one), ...unaccounted(one)])
      return { deliveries, problems: [...problems, ...audits.flatMap(differing)] }
    },
  }
}

async function equationsOf(context: Context, datasetId: string): Promise<Equation[]> {
  const statuses = await context.store.destinationStatus(datasetId)
  return statuses.map((status) => equationOf(context, datasetId, status))
}

function equationOf(
  { destinations }: Context,
  dataset_id: string,
  { destination_id, created, created_further, skipped, states }: DestinationStatus,
): Equation {
  return {
    destination_id,
    name: destinations.find({ dataset_id, destination_id })?.name ?? null,
    created,
    created_further,
    skipped: sumOf(skipped),
    states: { ...states },
  }
}

function unbalanced({ destination_id, created, created_further, states }: Equation): string[] {
  const made = created + created_further
  const sum = sumOf(states)
  if (made === sum) return []
  return [
    `destination ${destination_id}: ${made} deliveries were made, its states add up to ${sum}`,
  ]
}

function unaccounted({ destination_id, created, skipped, accepted }: Equation): string[] {
  const sum = created + skipped
  if (!accepted || (sum >= accepted.from && sum <= accepted.to)) return []
  return [
    `destination ${destination_id}: between ${accepted.from} and ${accepted.to} events were ` +
      `accepted since it was made, ${created} delivered or waiting and ${skipped} skipped`,
  ]
}

/** Both were read in one moment. */
function differing({ destination_id, states, stored }: DeliveryAudit): string[] {
  return (Object.keys(stored) as DeliveryState[])
    .filter((state) => states[state] !== stored[state])
    .map(
      (state) =>
        `destination ${destination_id}: ${stored[state]} are stored as ${state}, ` +
        `its counters say ${states[state]}`,
    )
}

const sumOf = (counts: Counts | Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, n) => sum + n, 0)
