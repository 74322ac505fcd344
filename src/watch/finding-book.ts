/**
 * The findings and mutes of every dataset: held in memory, kept as one settings document each. A
 * pass that changes no state is written now and then only, since its numbers come again. Called by
 * watch.ts.
 */
import { z } from 'zod'
import { DIAGNOSTIC_WRITE_MS } from '../diagnostic-limits.ts'
import type { Finding, Mute } from '../quality/diagnostics/finding.ts'
import type { Store } from '../store/store.ts'

const KIND = 'diagnostics'

export interface DatasetBook {
  readonly findings: readonly Finding[]
  readonly mutes: readonly Mute[]
}

export interface FindingBook {
  of(datasetId: string): DatasetBook
  /** `isNews`: something opened, closed or was muted; else it may be written later. */
  put(datasetId: string, book: DatasetBook, isNews: boolean): Promise<void>
  forget(datasetId: string): Promise<void>
}

interface Ports {
  readonly store: Pick<Store, 'getSettings' | 'putSettings'>
  readonly nowMs: () => number
}

/** Enough to tell a document of ours; what a later version adds is kept. */
const storedSchema = z.object({
  findings: z.array(
    z.looseObject({
      id: z.string(),
      code: z.string(),
      state: z.enum(['open', 'resolved']),
      subject: z.looseObject({}),
      money: z.array(z.looseObject({})),
      samples: z.array(z.looseObject({})),
    }),
  ),
  mutes: z.array(z.looseObject({ target: z.string(), until_ms: z.number().nullable() })),
})

const EMPTY: DatasetBook = { findings: [], mutes: [] }

export async function createFindingBook({ store, nowMs }: Ports): Promise<FindingBook> {
  const books = new Map<string, DatasetBook>()
  const written = new Map<string, number>()
  for (const { id, value } of await store.getSettings(KIND)) {
    const read = storedSchema.safeParse(value)
    // One that cannot be read is found anew by the next pass.
    if (read.success) books.set(id, read.data as unknown as DatasetBook)
  }
  return {
    of: (id) => books.get(id) ?? EMPTY,
    put: async (id, book, isNews) => {
      const isEmpty = book.findings.length === 0 && book.mutes.length === 0
      if (isEmpty && !books.has(id)) return
      books.set(id, book)
      if (!isNews && nowMs() - (written.get(id) ?? 0) < DIAGNOSTIC_WRITE_MS) return
      written.set(id, nowMs())
      await store.putSettings([{ kind: KIND, id, value: book }])
    },
    forget: async (id) => {
      written.delete(id)
      if (books.delete(id)) await store.putSettings([{ kind: KIND, id, value: undefined }])
    },
  }
}
