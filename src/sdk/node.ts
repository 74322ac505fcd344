/**
 * `twofold/sdk/node`: what only a program of Node, Bun or Deno needs: the last events are sent when
 * the system asks it to end. Off until it is called, because signals belong to the program.
 */
import type { Twofold } from './client.ts'
import { FLUSH_MS } from './limits.ts'

export interface CloseOptions {
  readonly signals?: readonly NodeJS.Signals[]
  /** What closing may take, in ms. */
  readonly ms?: number
}

/**
 * On the first of the signals the client is closed. A program with no handler of its own then ends
 * as the signal asks; one with its own decides itself. Returns what takes the handlers away.
 */
export function closeOnSignals(
  twofold: Pick<Twofold, 'close'>,
  { signals = ['SIGTERM', 'SIGINT'], ms = FLUSH_MS }: CloseOptions = {},
): () => void {
  const stop = (): void => {
    for (const signal of signals) process.off(signal, handle)
  }
  const handle = (signal: NodeJS.Signals): void => {
    stop()
    void twofold.close(ms).then(() => {
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
  for (const signal of signals) process.on(signal, handle)
  return stop
}
