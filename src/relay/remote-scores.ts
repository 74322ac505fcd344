/**
 * What destinations themselves say about match quality, fetched when a page asks and kept for a
 * while. One request at a time for each destination, whoever asks. Nothing of the queue is touched.
 */
import type { SendPorts } from '../destinations/destination.ts'
import {
  REMOTE_SCORES_FAILED_MS,
  REMOTE_SCORES_KEPT_MAX,
  REMOTE_SCORES_MS,
  REMOTE_SCORES_WAIT_MS,
} from '../limits.ts'
import { hideSecrets } from '../secret-settings.ts'
import type { Configs } from './configs.ts'
import type { DestinationView, RemoteScore, RemoteScores } from './view.ts'

export interface RemoteScoresPorts extends Omit<SendPorts, 'signal'> {
  readonly configs: Pick<Configs, 'list' | 'opened' | 'onChange'>
}

interface Kept {
  readonly untilMs: number
  readonly score: Promise<RemoteScore | undefined>
}

export function createRemoteScores(ports: RemoteScoresPorts): RemoteScores {
  const kept = new Map<string, Kept>()
  const { configs, nowMs } = ports
  configs.onChange((key) => kept.delete(nameOf(key)))
  const ask = (destination: DestinationView): Promise<RemoteScore | undefined> => {
    const name = nameOf(destination)
    const known = kept.get(name)
    if (known && known.untilMs > nowMs()) return known.score
    if (kept.size >= REMOTE_SCORES_KEPT_MAX) kept.clear()
    const score = fetchScore(ports, destination)
    // Under way: nobody asks a second time. Then for as long as what came deserves.
    kept.set(name, { untilMs: Number.POSITIVE_INFINITY, score })
    void score.then((done) => {
      if (kept.get(name)?.score !== score) return
      const ms = done?.problem ? REMOTE_SCORES_FAILED_MS : REMOTE_SCORES_MS
      kept.set(name, { untilMs: nowMs() + ms, score })
    })
    return score
  }
  return {
    of: async (datasetId) => {
      const all = await Promise.all(configs.list(datasetId).map(ask))
      return all.filter((score) => score !== undefined)
    },
  }
}

/** Undefined where the destination says nothing of match quality. Never rejects. */
async function fetchScore(
  { configs, fetch, nowMs, random }: RemoteScoresPorts,
  { dataset_id, destination_id, name }: DestinationView,
): Promise<RemoteScore | undefined> {
  const opened = configs.opened({ dataset_id, destination_id })
  if (opened.state !== 'ready' || !opened.destination.scores) return undefined
  const about = { destination_id, name, fetched_at_ms: nowMs() }
  const { destination, settings, secrets } = opened
  try {
    const signal = AbortSignal.timeout(REMOTE_SCORES_WAIT_MS)
    const scores = await destination.scores?.(settings, { fetch, nowMs, random, signal })
    if (!scores) return undefined
    if ('events' in scores) return { ...about, events: scores.events }
    const { code, detail } = scores
    return { ...about, problem: { code, detail: hideSecrets(detail, secrets) }, events: [] }
  } catch {
    // Not the error itself: it may repeat what was sent.
    const detail = 'Its answer could not be read.'
    return { ...about, problem: { code: 'failed', detail }, events: [] }
  }
}

const nameOf = (key: { dataset_id: string; destination_id: string }): string =>
  `${key.dataset_id}\n${key.destination_id}`
