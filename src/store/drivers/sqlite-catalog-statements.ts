/** The statements of sqlite-catalogs.ts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { CATALOG_TIDY_ROWS } from '../../catalog-limits.ts'

export function catalogStatements(db: DatabaseSync) {
  const slice = `LIMIT ${CATALOG_TIDY_ROWS}`
  const old = (table: string, key: string): string => `
    DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE last_s < ? ${slice})`
  const all = (table: string, key: string): string => `
    DELETE FROM ${table} WHERE (${key}) IN
      (SELECT ${key} FROM ${table} WHERE dataset_id = ? ${slice})`
  const ODDITY = 'dataset_id, kind, product_id'
  const SEEN = 'dataset_id, product_id'
  return {
    catalog: db.prepare('SELECT * FROM catalogs WHERE dataset_id = ?'),
    datasets: db.prepare('SELECT dataset_id FROM catalogs WHERE generation > 0'),
    last: db.prepare(
      'SELECT max(generation) AS last FROM catalog_generations WHERE dataset_id = ?',
    ),
    begin: db.prepare(`
      INSERT INTO catalogs VALUES (?1, 0, ?2, 0, 0)
        ON CONFLICT DO UPDATE SET building = excluded.building`),
    addGeneration: db.prepare('INSERT INTO catalog_generations VALUES (?, ?, 0)'),
    count: db.prepare(`
      UPDATE catalog_generations SET products = products + ?
        WHERE dataset_id = ? AND generation = ?`),
    size: db.prepare(
      'SELECT products FROM catalog_generations WHERE dataset_id = ? AND generation = ?',
    ),
    put: db.prepare('INSERT OR IGNORE INTO products VALUES (?, ?, ?, ?, ?)'),
    giveUp: db.prepare('UPDATE catalogs SET building = 0 WHERE dataset_id = ? AND building = ?'),
    publish: db.prepare(`
      UPDATE catalogs SET generation = building, building = 0, imported_ms = ?
        WHERE dataset_id = ? AND building = ?`),
    remove: db.prepare('DELETE FROM catalogs WHERE dataset_id = ?'),
    stale: db.prepare(`
      SELECT g.dataset_id, g.generation FROM catalog_generations g
        LEFT JOIN catalogs c ON c.dataset_id = g.dataset_id
        WHERE c.dataset_id IS NULL OR g.generation NOT IN (c.generation, c.building) LIMIT 1`),
    removeProducts: db.prepare(`
      DELETE FROM products WHERE (dataset_id, generation, product_id) IN
        (SELECT dataset_id, generation, product_id FROM products
          WHERE dataset_id = ? AND generation = ? ${slice}) RETURNING product_id`),
    removeGeneration: db.prepare(
      'DELETE FROM catalog_generations WHERE dataset_id = ? AND generation = ?',
    ),
    product: db.prepare(
      'SELECT * FROM products WHERE dataset_id = ? AND generation = ? AND product_id = ?',
    ),
    // Else the order leads SQLite through all products instead (measured: 10 ms an id).
    group: db.prepare(`
      SELECT * FROM products INDEXED BY products_by_group
        WHERE dataset_id = ? AND generation = ? AND group_id = ? ORDER BY product_id LIMIT 1`),
    page: db.prepare(`
      SELECT p.*, s.last_s AS seen_s FROM products p
        LEFT JOIN products_seen s USING (dataset_id, product_id)
        WHERE p.dataset_id = ?1 AND p.generation = ?2 AND p.product_id > ?3
          AND (?4 IS NULL OR coalesce(s.last_s, 0) < ?4) ORDER BY p.product_id LIMIT ?5`),
    advance: db.prepare('UPDATE catalogs SET next_seq = ? WHERE dataset_id = ? AND next_seq = ?'),
    putOddity: db.prepare(`
      INSERT INTO catalog_oddities VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        n = n + excluded.n, last_s = excluded.last_s, event_name = excluded.event_name,
        seq = excluded.seq, data = excluded.data`),
    boundOddities: db.prepare(`
      DELETE FROM catalog_oddities WHERE (${ODDITY}) IN
        (SELECT ${ODDITY} FROM catalog_oddities WHERE dataset_id = ? AND kind = ?
          ORDER BY last_s DESC, product_id LIMIT -1 OFFSET ?)`),
    oddities: db.prepare(`
      SELECT * FROM catalog_oddities WHERE dataset_id = ? AND kind = ?
        ORDER BY n DESC, last_s DESC, product_id LIMIT ?`),
    putSeen: db.prepare(`
      INSERT INTO products_seen VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET last_s = max(last_s, excluded.last_s)`),
    seenCount: db.prepare('SELECT count(*) AS n FROM products_seen WHERE dataset_id = ?'),
    forgetSeen: db.prepare('DELETE FROM products_seen WHERE dataset_id = ? AND product_id = ?'),
    oldOddity: db.prepare('SELECT 1 FROM catalog_oddities WHERE last_s < ? LIMIT 1'),
    removeOldOddities: db.prepare(old('catalog_oddities', ODDITY)),
    oldSeen: db.prepare('SELECT 1 FROM products_seen WHERE last_s < ? LIMIT 1'),
    removeOldSeen: db.prepare(old('products_seen', SEEN)),
    removeOddities: db.prepare(all('catalog_oddities', ODDITY)),
    removeSeen: db.prepare(all('products_seen', SEEN)),
  } satisfies Record<string, StatementSync>
}
