/** A machine for tests whose time moves only when told to, and whose server is a function. */
import { sha256 } from '../event/sha256.ts'
import type { Fetch, Platform } from './platform.ts'

export const START_MS = 1_790_000_000_000

export interface TestPlatform extends Platform {
  readonly warnings: string[]
  /** Runs what is due on the way, and all that follows from it. */
  pass(ms: number): Promise<void>
}

export function testPlatform(answer: Fetch = noServer): TestPlatform {
  let nowMs = START_MS
  let ids = 0
  const warnings: string[] = []
  const timers = new Map<number, { atMs: number; run: () => void }>()
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await Promise.resolve()
  }
  return {
    warnings,
    nowMs: () => nowMs,
    random: () => 0.5,
    uuid: () => {
      ids += 1
      return `id-${ids}`
    },
    fetch: answer,
    deadline: () => new AbortController().signal,
    later: (ms, run) => {
      ids += 1
      const id = ids
      timers.set(id, { atMs: nowMs + ms, run })
      return () => timers.delete(id)
    },
    warn: (words) => void warnings.push(words),
    sha256,
    pass: async (ms) => {
      const endMs = nowMs + ms
      await settle()
      for (;;) {
        const due = [...timers].filter(([, { atMs }]) => atMs <= endMs)
        const [next] = due.sort(([, a], [, b]) => a.atMs - b.atMs)
        if (!next) break
        timers.delete(next[0])
        nowMs = next[1].atMs
        next[1].run()
        await settle()
      }
      nowMs = endMs
    },
  }
}

const noServer: Fetch = () => Promise.reject(new TypeError('fetch failed'))
