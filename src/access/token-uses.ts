/** Stores when tokens were last used, now and then: not one write a request. Started by main.ts. */
import { TOKEN_USE_WRITE_MS } from '../limits.ts'
import type { Access } from './access.ts'

/** What it returns stores the last of them. A write that fails is noted again with the next use. */
export function noteTokenUses(
  { storeTokenUses }: Pick<Access, 'storeTokenUses'>,
  every: (ms: number, run: () => void) => () => void,
): () => Promise<void> {
  const store = (): Promise<void> => storeTokenUses().catch(() => undefined)
  const stop = every(TOKEN_USE_WRITE_MS, () => void store())
  return () => {
    stop()
    return store()
  }
}
