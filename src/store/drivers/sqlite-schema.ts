/**
 * The tables of the SQLite driver and how a file reaches their newest form: one step per schema
 * version, each in its own transaction. Opens the connection with the settings everything else
 * relies on (write-ahead log, consistent after a power cut). Called by sqlite.ts.
 */
import { DatabaseSync } from 'node:sqlite'
import { TwofoldError } from '../../errors.ts'
import { STORE_CACHE_BYTES, STORE_WAL_PAGES } from '../../limits.ts'
import { inOurWords } from './sqlite-errors.ts'

/** "TwFd" in the file's header, so that no other program's database is taken for ours. */
const APPLICATION_ID = 0x54774664

/**
 * A step never changes once it was released; a new version is a new step.
 *
 * blocks: up to a few hundred neighbouring legs of a dataset, one JSON line each, zstd. A row never
 *   changes; erasing or merging writes new rows. `names` lists the event names inside.
 * block_sales: the lines of a block that stand apart, see sqlite-blocks.ts.
 * merged: the later legs of an event. conversions: accepted legs of names that are not browsing.
 * hours: which seqs were received in an hour. counters, money: one row per hour and one per day.
 * key_*: see sqlite-keys.ts. erasing: deleted datasets whose rows are still being removed.
 *
 * destinations: their numbers and counters; dataset_no 0 while an erased one is being removed.
 * deliveries: rows of many (a commit's) or one (what failed), see sqlite-outbox-rows.ts.
 *   under_rules: 1 where a replay asked for the rules in force. maybe_sent_ms: see outbox.ts.
 * history: who changed what; rows are only ever added.
 * inbox: deliveries of webhooks, the newest state in each row; sealed NULL once the body was
 * dropped. inbox_connections: their counters. source_records: what the sources know of orders.
 * orders: the order book; numbers of origin and status are places in the lists of orders.ts.
 * order_books: how many each holds, because counting a large one takes too long.
 * catalogs: which generation of products is in force, and which is being written (0: none).
 * products_seen: when reports named them. catalog_oddities: numbers of kinds as in catalogs.ts.
 * delivered: one bit per delivery. exchanges, exchange_deliveries: what was answered and to which.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE instance (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL, layout INTEGER NOT NULL, hash_key BLOB NOT NULL
  ) STRICT;
  INSERT INTO instance VALUES (1, 0, 0, randomblob(8));
  CREATE TABLE datasets (
    no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    next_seq INTEGER NOT NULL, tidied_seq INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE erasing (dataset_no INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, dataset_no INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, n INTEGER NOT NULL, names BLOB NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX blocks_by_seq ON blocks (dataset_no, first_seq, n);
  CREATE TABLE merged (
    dataset_no INTEGER NOT NULL, kept_seq INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (dataset_no, kept_seq, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE conversions (
    dataset_no INTEGER NOT NULL, name_no INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (dataset_no, name_no, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hours (
    dataset_no INTEGER NOT NULL, hour_s INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, PRIMARY KEY (dataset_no, hour_s)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE names (
    no INTEGER PRIMARY KEY AUTOINCREMENT, dataset_no INTEGER NOT NULL, text TEXT NOT NULL,
    UNIQUE (dataset_no, text)
  ) STRICT;
  CREATE TABLE counters (
    dataset_no INTEGER NOT NULL, span_s INTEGER NOT NULL, start_s INTEGER NOT NULL,
    name_no INTEGER NOT NULL, channel INTEGER NOT NULL, metric_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (dataset_no, span_s, start_s, name_no, channel, metric_no)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE money (
    dataset_no INTEGER NOT NULL, span_s INTEGER NOT NULL, start_s INTEGER NOT NULL,
    name_no INTEGER NOT NULL, currency TEXT NOT NULL, millions INTEGER NOT NULL,
    units INTEGER NOT NULL, micros INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (dataset_no, span_s, start_s, name_no, currency)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE key_log (
    id INTEGER PRIMARY KEY, newest_s INTEGER NOT NULL, data BLOB NOT NULL
  ) STRICT;
  CREATE TABLE key_segments (
    no INTEGER PRIMARY KEY AUTOINCREMENT, family INTEGER NOT NULL, level INTEGER NOT NULL,
    state INTEGER NOT NULL, upto INTEGER NOT NULL, entries INTEGER NOT NULL,
    newest_s INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE key_filters (segment_no INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE key_pages (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE settings (
    kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE destinations (
    no INTEGER PRIMARY KEY AUTOINCREMENT, dataset_no INTEGER NOT NULL, id TEXT NOT NULL,
    leases INTEGER NOT NULL DEFAULT 0, exchanges INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0, created_further INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0, leased INTEGER NOT NULL DEFAULT 0,
    retrying INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,
    UNIQUE (dataset_no, id)
  ) STRICT;
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, destination_no INTEGER NOT NULL, state INTEGER NOT NULL,
    ready INTEGER NOT NULL, due_ms INTEGER NOT NULL, urgency INTEGER NOT NULL,
    chunk INTEGER NOT NULL, created_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
    n INTEGER NOT NULL, data BLOB NOT NULL,
    lease INTEGER, settled_ms INTEGER, code TEXT, detail TEXT, exchange_no INTEGER
  ) STRICT;
  CREATE INDEX deliveries_ready ON deliveries (destination_no, urgency, created_ms)
    WHERE ready = 1;
  CREATE INDEX deliveries_waiting ON deliveries (destination_no, due_ms) WHERE ready = 0;
  CREATE INDEX deliveries_leased ON deliveries (destination_no, lease) WHERE lease IS NOT NULL;
  CREATE INDEX deliveries_by_age ON deliveries (destination_no, created_ms) WHERE state <> 4;
  CREATE INDEX deliveries_by_chunk ON deliveries (destination_no, state, chunk);
  CREATE TABLE delivered (
    destination_no INTEGER NOT NULL, kind INTEGER NOT NULL, chunk INTEGER NOT NULL,
    bits BLOB NOT NULL, PRIMARY KEY (destination_no, kind, chunk)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE exchanges (
    no INTEGER PRIMARY KEY AUTOINCREMENT, destination_no INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, url TEXT NOT NULL, status INTEGER NOT NULL, ms INTEGER NOT NULL,
    events INTEGER NOT NULL, answer TEXT NOT NULL, chunks TEXT NOT NULL
  ) STRICT;
  CREATE INDEX exchanges_by_destination ON exchanges (destination_no);
  CREATE INDEX exchanges_by_age ON exchanges (at_ms);
  CREATE TABLE exchange_deliveries (
    destination_no INTEGER NOT NULL, chunk INTEGER NOT NULL, exchange_no INTEGER NOT NULL,
    settled_ms INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (destination_no, chunk, exchange_no)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE skips (
    destination_no INTEGER NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (destination_no, reason)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE delivery_hours (
    destination_no INTEGER NOT NULL, hour_s INTEGER NOT NULL, delivered INTEGER NOT NULL,
    rejected INTEGER NOT NULL, retried INTEGER NOT NULL, PRIMARY KEY (destination_no, hour_s)
  ) STRICT, WITHOUT ROWID;
  `,
  'ALTER TABLE deliveries ADD COLUMN under_rules INTEGER NOT NULL DEFAULT 0',
  `
  CREATE TABLE history (
    no INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,
    business_id TEXT, dataset_id TEXT, value TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_by_business ON history (business_id, no);
  CREATE INDEX history_by_dataset ON history (dataset_id, no);
  `,
  `
  CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, dataset_id TEXT NOT NULL, connection_id TEXT NOT NULL,
    delivery_key TEXT NOT NULL, topic TEXT NOT NULL, received_ms INTEGER NOT NULL,
    state INTEGER NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
    settled_ms INTEGER, reason TEXT, detail TEXT, events TEXT, sealed TEXT
  ) STRICT;
  CREATE INDEX inbox_due ON inbox (due_ms) WHERE state = 0;
  CREATE INDEX inbox_by_key ON inbox (dataset_id, connection_id, delivery_key) WHERE state <> 4;
  CREATE INDEX inbox_by_connection ON inbox (dataset_id, connection_id, id);
  CREATE INDEX inbox_by_state ON inbox (dataset_id, state, id);
  CREATE INDEX inbox_by_age ON inbox (received_ms);
  CREATE INDEX inbox_done ON inbox (received_ms)
    WHERE sealed IS NOT NULL AND state <> 0 AND state <> 3;
  CREATE TABLE inbox_connections (
    dataset_id TEXT NOT NULL, connection_id TEXT NOT NULL, last_ms INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    received INTEGER NOT NULL DEFAULT 0, translated INTEGER NOT NULL DEFAULT 0,
    ignored INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (dataset_id, connection_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE source_records (
    dataset_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    revision INTEGER NOT NULL, touched_ms INTEGER NOT NULL, PRIMARY KEY (dataset_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX source_records_by_age ON source_records (touched_ms);
  `,
  'ALTER TABLE deliveries ADD COLUMN maybe_sent_ms INTEGER',
  `
  ALTER TABLE destinations ADD COLUMN let_go INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX deliveries_rejected ON deliveries (settled_ms) WHERE state = 4;
  CREATE INDEX deliveries_rejected_of ON deliveries (destination_no, settled_ms)
    WHERE state = 4;
  `,
  `
  CREATE TABLE orders (
    dataset_id TEXT NOT NULL, origin INTEGER NOT NULL, order_id TEXT NOT NULL,
    at_s INTEGER NOT NULL, status INTEGER NOT NULL, amount TEXT, currency TEXT,
    source TEXT NOT NULL, action_source TEXT, url TEXT, user_data TEXT,
    PRIMARY KEY (dataset_id, origin, order_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX orders_by_time ON orders (dataset_id, origin, at_s, order_id);
  CREATE INDEX orders_by_age ON orders (at_s);
  CREATE INDEX orders_named ON orders (at_s) WHERE user_data IS NOT NULL;
  `,
  `
  CREATE TABLE order_books (
    dataset_id TEXT NOT NULL, origin INTEGER NOT NULL, orders INTEGER NOT NULL,
    PRIMARY KEY (dataset_id, origin)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO order_books SELECT dataset_id, origin, count(*) FROM orders
    GROUP BY dataset_id, origin;
  UPDATE orders SET url = NULL WHERE user_data IS NULL AND url IS NOT NULL;
  `,
  `
  CREATE TABLE catalogs (
    dataset_id TEXT PRIMARY KEY, generation INTEGER NOT NULL, building INTEGER NOT NULL,
    imported_ms INTEGER NOT NULL, next_seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE catalog_generations (
    dataset_id TEXT NOT NULL, generation INTEGER NOT NULL, products INTEGER NOT NULL,
    PRIMARY KEY (dataset_id, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE products (
    dataset_id TEXT NOT NULL, generation INTEGER NOT NULL, product_id TEXT NOT NULL,
    group_id TEXT, data TEXT NOT NULL, PRIMARY KEY (dataset_id, generation, product_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX products_by_group ON products (dataset_id, generation, group_id)
    WHERE group_id IS NOT NULL;
  CREATE TABLE products_seen (
    dataset_id TEXT NOT NULL, product_id TEXT NOT NULL, last_s INTEGER NOT NULL,
    PRIMARY KEY (dataset_id, product_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX products_seen_by_age ON products_seen (last_s);
  CREATE TABLE catalog_oddities (
    dataset_id TEXT NOT NULL, kind INTEGER NOT NULL, product_id TEXT NOT NULL,
    n INTEGER NOT NULL, last_s INTEGER NOT NULL, event_name TEXT NOT NULL, seq INTEGER NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (dataset_id, kind, product_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX catalog_oddities_by_age ON catalog_oddities (last_s);
  `,
  `
  CREATE TABLE block_sales (block_id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  `,
]

export const SCHEMA_VERSION = STEPS.length

/**
 * A connection to a file at the newest schema version, proven to be writable. Throws `store_newer`,
 * `store_locked`, `store_read_only`, `store_corrupt` or `store_full`, naming the file.
 */
export function openDatabase(file: string, busyMs: number): DatabaseSync {
  const db = inOurWords(file, () => new DatabaseSync(file))
  try {
    inOurWords(file, () => prepareConnection(db, busyMs))
    inOurWords(file, () => migrate(db, file))
    // Finds out now, not at the first event, that the file cannot be written.
    inOurWords(file, () => db.exec('UPDATE instance SET layout = layout'))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function prepareConnection(db: DatabaseSync, busyMs: number): void {
  db.exec(`PRAGMA busy_timeout = ${busyMs}`)
  // Read before anything is written: a foreign or newer file must stay as it is.
  db.prepare('SELECT count(*) FROM sqlite_schema').get()
  db.exec(`
    PRAGMA cache_size = ${-Math.round(STORE_CACHE_BYTES / 1024)};
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = OFF;
    -- Consistent after a power cut; what makes a commit durable is in sqlite-wal-flush.ts.
    PRAGMA synchronous = NORMAL;
    PRAGMA fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${STORE_WAL_PAGES};
    PRAGMA journal_size_limit = ${8 * STORE_WAL_PAGES * 4096};
  `)
}

/** Runs the steps a file lacks, up to `target`; tests give other targets and steps. */
export function migrate(
  db: DatabaseSync,
  file: string,
  { target = SCHEMA_VERSION, steps = STEPS }: { target?: number; steps?: readonly string[] } = {},
): void {
  refuseForeign(db, file)
  if (pragma(db, 'user_version') === target) return
  const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode !== 'wal') {
    throw new TwofoldError(
      'store_failed',
      `${file}: this file system does not allow WAL (${mode}).`,
    )
  }
  db.exec('BEGIN IMMEDIATE')
  try {
    // Again under the lock: another process may have migrated it in between.
    refuseForeign(db, file)
    for (let version = pragma(db, 'user_version'); version < target; version++) {
      db.exec(steps[version] ?? '')
      db.exec(`PRAGMA user_version = ${version + 1}`)
    }
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function refuseForeign(db: DatabaseSync, file: string): void {
  const version = pragma(db, 'user_version')
  const isOurs = pragma(db, 'application_id') === APPLICATION_ID
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (!isOurs && !isEmpty) {
    throw new TwofoldError('store_corrupt', `${file} is a database of another program.`)
  }
  if (isOurs && version > SCHEMA_VERSION) {
    const detail = `${file} has schema version ${version}, this Twofold knows ${SCHEMA_VERSION}.`
    throw new TwofoldError('store_newer', detail)
  }
}

const pragma = (db: DatabaseSync, name: string): number =>
  Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
