/**
 * The stand-in for Meta of `twofold demo`, as a destination of the demo shop: its sales have
 * somewhere to go from the first one on. Called by demo.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DestinationsAnswer } from '../api/types.ts'
import { type FakeMeta, startFakeMeta } from '../fake-meta/fake-meta.ts'
import type { Client } from './client.ts'

export const META_DATASET = '123'
export const META_TOKEN = 'EAABstandin'
const NAME = 'Meta (stand-in of the demo)'
/** Meta takes events of the last seven days; those of the first hour would be late on arrival. All
 * that the pages show of today and the six days before it is among them. */
const SENT_S = 7 * 86_400 - 3600

/** On a free port; it ends with the process and remembers nothing. */
export function startStandIn(): Promise<FakeMeta> {
  return startFakeMeta({
    port: 0,
    datasetId: META_DATASET,
    token: META_TOKEN,
    nowMs: Date.now,
    random: Math.random,
    sleep,
  })
}

/** The port is another at every start. What the shop's past left of the last days is sent once. */
export async function connectStandIn(
  client: Client,
  datasetId: string,
  { url, hasPast }: { readonly url: string; readonly hasPast: boolean },
): Promise<void> {
  const path = `/api/datasets/${datasetId}/destinations`
  const settings = { dataset_id: META_DATASET, access_token: META_TOKEN, base_url: url }
  const { destinations } = await client.json<DestinationsAnswer>('GET', path)
  const known = destinations.find(({ name }) => name === NAME)
  if (known) {
    await client.json('PATCH', `${path}/${known.destination_id}`, { settings })
    return
  }
  const body = { type: 'meta', name: NAME, settings }
  const { destination_id } = await client.json<DestinationsAnswer['destinations'][number]>(
    'POST',
    path,
    body,
  )
  if (!hasPast) return
  const from = Math.floor(Date.now() / 1000) - SENT_S
  const what = { destination_id, from, states: ['never_sent'], dry_run: false }
  await client.json('POST', `/api/datasets/${datasetId}/replays`, what)
}
