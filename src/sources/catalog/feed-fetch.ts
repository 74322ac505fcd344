/**
 * Fetches a feed from its address: only when it is new, never longer than its time, and with the
 * reason of every failure in plain words. The fetch it is given is closed to private networks.
 * Called by catalogs.ts.
 */
import { FEED_FETCH_MS } from '../../catalog-limits.ts'
import { TwofoldError } from '../../errors.ts'
import { addressOf, type FeedSource, nextOf, type SourceBook } from './feed-sources.ts'

export interface Fetched {
  readonly unchanged: boolean
  /** Why there was nothing to read, or not to its end. */
  readonly error?: string
  /** What it was where the address is not to blame: not in words, they are for the log. */
  readonly trouble?: unknown
  /** The address as it stands after this; `fault`: why the feed was not taken. */
  readonly source: (fault: string | undefined) => FeedSource
}

type Ports = Pick<SourceBook, 'box' | 'nowMs'> & {
  readonly fetch: typeof fetch
  readonly stopping: AbortSignal
}

/** `take` reads the body and says whether it is in force now. */
export async function fetchFeed(
  source: FeedSource,
  ports: Ports,
  take: (bytes: AsyncIterable<Uint8Array>) => Promise<boolean>,
): Promise<Fetched> {
  let tags: Pick<FeedSource, 'etag' | 'last_modified'> = source
  const after = (fault: string | undefined): FeedSource => {
    const failures = fault === undefined ? 0 : source.failures + 1
    const next_ms = nextOf(source, failures, ports.nowMs())
    return { ...source, ...tags, failures, error: fault ?? null, next_ms }
  }
  const over = new AbortController()
  let unread: unknown
  let isTaking = false
  async function* read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      unread = error
      throw error
    }
  }
  try {
    const answer = await ask(source, ports, over.signal)
    const isAsked = Boolean(source.etag ?? source.last_modified)
    if (answer.status === 304 && isAsked) return { unchanged: true, source: after }
    if (answer.status !== 200 || !answer.body) {
      return { unchanged: false, error: `The address answered ${answer.status}.`, source: after }
    }
    isTaking = true
    const isTaken = await take(read(answer.body as unknown as AsyncIterable<Uint8Array>))
    if (isTaken) {
      const [etag, last_modified] = ['etag', 'last-modified'].map((one) => answer.headers.get(one))
      tags = { etag: etag ?? null, last_modified: last_modified ?? null }
    }
    return { unchanged: false, source: after }
  } catch (error) {
    if (!isTaking || error === unread || error instanceof TwofoldError) {
      return { unchanged: false, error: wordsOf(error), source: after }
    }
    return { unchanged: false, error: OURS, trouble: error, source: after }
  } finally {
    // A body that nobody read to its end would hold its connection.
    over.abort()
  }
}

const OURS = 'It could not be stored: the log of this server says why.'

function ask(source: FeedSource, ports: Ports, over: AbortSignal): Promise<Response> {
  const { etag, last_modified } = source
  return ports.fetch(addressOf(source, ports), {
    headers: {
      accept: 'text/csv, text/tab-separated-values, application/xml, text/xml, */*;q=0.5',
      'user-agent': 'Twofold (product feed)',
      ...(etag ? { 'if-none-match': etag } : {}),
      ...(last_modified ? { 'if-modified-since': last_modified } : {}),
    },
    // Feeds often stand behind one; where it leads is checked like the address itself.
    redirect: 'follow',
    signal: AbortSignal.any([AbortSignal.timeout(FEED_FETCH_MS), over, ports.stopping]),
  })
}

/** Nothing of the address in it: what follows its question mark may be a secret. */
function wordsOf(error: unknown): string {
  if (error instanceof TwofoldError) return error.message
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return `It took longer than ${FEED_FETCH_MS / 60_000} minutes.`
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return code ? `It could not be fetched (${code}).` : 'It could not be fetched.'
}
