/** The statements of the SQLite driver's inbox, prepared once. Called by sqlite-inbox.ts. */
import type { DatabaseSync } from 'node:sqlite'
import { INBOX_TIDY_ROWS } from '../../limits.ts'

export type InboxStatements = ReturnType<typeof inboxStatements>

/** All but the body, which lists do not read. */
const COLUMNS = `id, dataset_id, connection_id, topic, received_ms, state, attempts, settled_ms,
  reason, detail, events, sealed IS NOT NULL AS kept`
const ENDS = 'id, dataset_id, connection_id, state, length(sealed) AS chars'

export function inboxStatements(db: DatabaseSync) {
  const slice = `LIMIT ${INBOX_TIDY_ROWS}`
  return {
    insert: db.prepare(`
      INSERT INTO inbox (dataset_id, connection_id, delivery_key, topic, received_ms, state,
        due_ms, attempts, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`),
    byKey: db.prepare(`
      SELECT * FROM inbox WHERE dataset_id = ? AND connection_id = ? AND delivery_key = ?
        AND state <> 4 LIMIT 1`),
    byId: db.prepare('SELECT * FROM inbox WHERE id = ?'),
    due: db.prepare(`
      SELECT ${COLUMNS}, sealed FROM inbox WHERE state = 0 AND due_ms <= ?
        ORDER BY due_ms, id LIMIT ?`),
    next: db.prepare('SELECT min(due_ms) AS due_ms FROM inbox WHERE state = 0'),
    lease: db.prepare('UPDATE inbox SET due_ms = ?, attempts = attempts + 1 WHERE id = ?'),
    endClaims: db.prepare(`
      UPDATE inbox SET due_ms = received_ms
        WHERE state = 0 AND attempts > 0 AND due_ms <> received_ms`),
    giveBack: db.prepare('UPDATE inbox SET due_ms = ?, reason = ?, detail = ? WHERE id = ?'),
    end: db.prepare(`
      UPDATE inbox SET state = ?, settled_ms = ?, reason = ?, detail = ?, events = ?
        WHERE id = ?`),
    again: db.prepare(
      'UPDATE inbox SET state = 0, due_ms = ?, reason = NULL, detail = NULL WHERE id = ?',
    ),
    page: db.prepare(`
      SELECT ${COLUMNS} FROM inbox WHERE dataset_id = ? AND id < ? ORDER BY id DESC LIMIT ?`),
    pageOfState: db.prepare(`
      SELECT ${COLUMNS} FROM inbox WHERE dataset_id = ? AND state = ? AND id < ?
        ORDER BY id DESC LIMIT ?`),
    pageOfConnection: db.prepare(`
      SELECT ${COLUMNS} FROM inbox WHERE dataset_id = ? AND connection_id = ? AND id < ?
        AND (? < 0 OR state = ?) ORDER BY id DESC LIMIT ?`),
    slice: db.prepare(`
      SELECT * FROM inbox WHERE dataset_id = ? AND connection_id = ? AND id < ?
        ORDER BY id DESC ${slice}`),
    dated: db.prepare(`
      SELECT ${ENDS} FROM inbox WHERE sealed IS NOT NULL AND state <> 0 AND state <> 3
        AND received_ms < ? ORDER BY received_ms ${slice}`),
    doneOf: db.prepare(`
      SELECT ${ENDS} FROM inbox WHERE sealed IS NOT NULL AND state <> 0 AND state <> 3
        AND dataset_id = ? ${slice}`),
    expired: db.prepare(`
      SELECT ${ENDS} FROM inbox WHERE received_ms < ? ORDER BY received_ms ${slice}`),
    drop: db.prepare('UPDATE inbox SET sealed = NULL WHERE id = ?'),
    remove: db.prepare('DELETE FROM inbox WHERE id = ?'),
    removeConnection: db.prepare(`
      DELETE FROM inbox WHERE id IN (SELECT id FROM inbox
        WHERE dataset_id = ? AND connection_id = ? ${slice})`),
    removeDataset: db.prepare(`
      DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE dataset_id = ? ${slice})`),
    seen: db.prepare(`
      INSERT INTO inbox_connections (dataset_id, connection_id, last_ms) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET last_ms = ?`),
    count: db.prepare(`
      UPDATE inbox_connections SET bytes = bytes + ?, received = received + ?,
        translated = translated + ?, ignored = ignored + ?, failed = failed + ?,
        duplicate = duplicate + ? WHERE dataset_id = ? AND connection_id = ?`),
    status: db.prepare(
      'SELECT * FROM inbox_connections WHERE dataset_id = ? ORDER BY connection_id',
    ),
    bytes: db.prepare('SELECT sum(bytes) AS bytes FROM inbox_connections'),
    forget: db.prepare('DELETE FROM inbox_connections WHERE dataset_id = ? AND connection_id = ?'),
    forgetAll: db.prepare('DELETE FROM inbox_connections WHERE dataset_id = ?'),
    record: db.prepare(
      'SELECT value, revision FROM source_records WHERE dataset_id = ? AND key = ?',
    ),
    putRecord: db.prepare(`
      INSERT OR REPLACE INTO source_records (dataset_id, key, value, revision, touched_ms)
        VALUES (?, ?, ?, ?, ?)`),
    removeRecords: db.prepare(`
      DELETE FROM source_records WHERE (dataset_id, key) IN
        (SELECT dataset_id, key FROM source_records WHERE dataset_id = ? ${slice})`),
    oldRecords: db.prepare('SELECT 1 FROM source_records WHERE touched_ms < ? LIMIT 1'),
    forgetRecords: db.prepare(`
      DELETE FROM source_records WHERE (dataset_id, key) IN
        (SELECT dataset_id, key FROM source_records WHERE touched_ms < ? ${slice})`),
  }
}
