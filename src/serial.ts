/**
 * Work in order: one after the other, whatever became of the one before, so that no change is built
 * on a state that another just replaced. Knows nothing of the work. Called by whoever keeps a book.
 */

export type Serial = <T>(work: () => Promise<T>) => Promise<T>

export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const run = last.then(work, work)
    last = run.catch(() => undefined)
    return run
  }
}

export interface SerialByKey {
  /** In order with all work of the same key; what other keys do is not waited for. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>
  /** The last work of a key that will not come again. */
  end<T>(key: string, work: () => Promise<T>): Promise<T>
  /** When all that was begun is done. */
  idle(): Promise<void>
}

export function serialByKey(): SerialByKey {
  const chains = new Map<string, Serial>()
  const chainOf = (key: string): Serial => {
    const known = chains.get(key)
    if (known) return known
    const made = serial()
    chains.set(key, made)
    return made
  }
  return {
    run: (key, work) => chainOf(key)(work),
    end: (key, work) => chainOf(key)(work).finally(() => chains.delete(key)),
    idle: async () => {
      await Promise.all([...chains.values()].map((chain) => chain(async () => undefined)))
    },
  }
}
