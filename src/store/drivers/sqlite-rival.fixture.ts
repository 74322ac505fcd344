/**
 * One of several processes that count the same events into one file. Started by
 * sqlite-rivals.test.ts with the file and a number of events; says when it is ready, begins when
 * told, and prints how many events it accepted.
 */
import { once } from 'node:events'
import { idWrite, leg, NOTHING, SHOP, START_MS } from '../conformance-legs.ts'
import { openSqliteStore } from './sqlite.ts'

const [file = '', events = '0'] = process.argv.slice(2)
const store = await openSqliteStore({ file, nowMs: () => START_MS, busyMs: 20_000 })
process.stdout.write('ready\n')
await once(process.stdin, 'data')
let accepted = 0
for (let n = 1; n <= Number(events); ) {
  const { key } = idWrite(leg(0, { id: `event-${n}` }))
  const read = { dataset_id: SHOP, family: 'window', key, want: 'events' } as const
  const { revision, nextSeq, seqs } = await store.load([read], [SHOP])
  const next = leg(nextSeq.get(SHOP) ?? 0, { id: `event-${n}` })
  const batch = { ...NOTHING, revision, legs: [next], keys: [idWrite(next)] }
  const isNew = seqs.size === 0
  if (isNew && (await store.commit(batch)).conflict) continue
  if (isNew) accepted += 1
  if (n % 20 === 0) await store.tidyUp(START_MS)
  n += 1
}
await store.close()
process.stdin.destroy()
process.stdout.write(String(accepted))
