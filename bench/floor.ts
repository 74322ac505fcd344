/**
 * What the server is measured against, each in a process of its own.
 *
 *   node bench/floor.ts insert SECONDS    a bare loop, no HTTP: parses the same batches and inserts
 *                                         the rows into node:sqlite with the same durability, each
 *                                         id once by a unique index, as a table of events must
 *   node bench/floor.ts append SECONDS    the same without the index: counts repeats twice
 *   node bench/floor.ts empty PORT        an empty Fastify route that reads the same body
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Fastify from 'fastify'
import { capiBatch } from './bodies.ts'

const [kind, argument] = process.argv.slice(2)
if (kind === 'insert' || kind === 'append') {
  process.stdout.write(`${insertLoop(Number(argument), kind === 'insert')}\n`)
} else await emptyRoute(Number(argument))

/** Events per second. */
function insertLoop(seconds: number, unique: boolean): number {
  const folder = mkdtempSync(join(tmpdir(), 'twofold-floor-'))
  const db = new DatabaseSync(join(folder, 'floor.db'))
  db.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table event (id integer primary key, name text, event_id text, time integer, body text)`)
  if (unique) db.exec('create unique index event_once on event (name, event_id)')
  const insert = db.prepare(
    'insert or ignore into event (name, event_id, time, body) values (?, ?, ?, ?)',
  )
  const batch = capiBatch(1000)
  let events = 0
  let spentMs = 0
  while (spentMs < seconds * 1000) {
    const bytes = batch.next()
    const started = performance.now()
    const { data } = JSON.parse(bytes.toString()) as { data: Record<string, string | number>[] }
    db.exec('begin immediate')
    for (const event of data) {
      const { event_name = '', event_id = '', event_time = 0 } = event
      insert.run(event_name, event_id, event_time, JSON.stringify(event))
    }
    db.exec('commit')
    spentMs += performance.now() - started
    events += data.length
  }
  db.close()
  rmSync(folder, { recursive: true, force: true })
  return Math.round((events / spentMs) * 1000)
}

async function emptyRoute(port: number): Promise<void> {
  const app = Fastify({ logger: false })
  app.get('/readyz', () => ({ ok: true }))
  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  app.post('/e', () => ({ events_received: 1, messages: [] }))
  process.on('SIGTERM', () => void app.close().then(() => process.exit(0)))
  await app.listen({ port, host: '127.0.0.1' })
}
