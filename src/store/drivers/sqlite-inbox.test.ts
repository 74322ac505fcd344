/** What the inbox of the SQLite driver does when it is as large as it may be. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { INBOX_BYTES_MAX } from '../../limits.ts'
import { SHOP, START_MS } from '../conformance-legs.ts'
import type { InboxWrite } from '../inbox.ts'
import { Connection } from './sqlite-connection.ts'
import { SqliteInbox } from './sqlite-inbox.ts'
import { SqliteOrders } from './sqlite-orders.ts'
import { openDatabase } from './sqlite-schema.ts'

let folder = ''
let connection: Connection
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twofold-inbox-'))
  const file = join(folder, 'twofold.db')
  connection = new Connection(openDatabase(file, 50), { file, nowMs: () => START_MS })
})
afterEach(async () => {
  await connection.close()
  await rm(folder, { recursive: true })
})

const write = (key: string): InboxWrite => ({
  dataset_id: SHOP,
  connection_id: 'c_shopify',
  delivery_key: key,
  topic: 'orders/paid',
  received_ms: START_MS,
  sealed: `sealed ${key}`,
})

it('refuses when it is full, keeps nothing of it and costs nobody what is remembered', async () => {
  const inbox = new SqliteInbox(connection, new SqliteOrders(connection)).port()
  await inbox.receive(write('a'))
  let reads = 0
  connection.onForeignChange(() => {
    reads += 1
  })
  const [status] = await inbox.inboxStatus(SHOP)
  const setBytes = connection.db.prepare('UPDATE inbox_connections SET bytes = ?')
  setBytes.run(INBOX_BYTES_MAX)
  for (const key of ['b', 'c']) {
    await expect(inbox.receive(write(key))).rejects.toThrow(
      expect.objectContaining({ code: 'overloaded' }),
    )
  }
  setBytes.run(status?.bytes ?? 0)
  expect((await inbox.inboxStatus(SHOP))[0]).toEqual(status)
  expect((await inbox.inbox({ dataset_id: SHOP, limit: 9 })).deliveries).toHaveLength(1)
  expect(reads).toBe(0)
  expect((await inbox.receive(write('b'))).duplicate).toBe(false)
})
