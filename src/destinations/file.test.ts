import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { OutboundEvent, Outcome } from './destination.ts'
import { PAGE_VIEW, PURCHASE } from './example-events.ts'
import { createFileDestination } from './file.ts'
import { COLUMNS } from './file-columns.ts'
import { type FileSettings, fileSettingsSchema } from './file-settings.ts'
import { NETWORK_FAILURES } from './http-exchange.ts'
import { FOLDER_FAILURES, folderFailure } from './local-folder.ts'
import { portsOf } from './receiver.fixture.ts'
import { S3_ANSWERS } from './s3-object.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'twofold-exports-'))
})
afterEach(() => rm(root, { recursive: true }))

const settingsOf = (given: Partial<FileSettings> = {}): FileSettings =>
  fileSettingsSchema.parse(given)

async function send(
  events: readonly OutboundEvent[],
  given: Partial<FileSettings> = {},
  ports = portsOf(),
): Promise<{ outcomes: readonly Outcome[]; answers: string[] }> {
  const sent = await createFileDestination({ folder: root }).send(events, settingsOf(given), ports)
  return { outcomes: sent.outcomes, answers: sent.exchanges.map(({ url }) => url) }
}

async function files(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}

async function onlyFile(): Promise<Buffer> {
  const [file = '', ...others] = await files()
  expect(others).toEqual([])
  return readFile(join(root, file))
}

const delivered = { state: 'delivered' }

function withValue(value: number, n: number): OutboundEvent {
  const custom_data = { ...PURCHASE.event.custom_data, value }
  return { ...PURCHASE, key: `1:${n}`, event: { ...PURCHASE.event, custom_data } }
}

/** The stored integers: a reader that makes numbers of decimals would hide a lost digit. */
async function millionths(bytes: Buffer): Promise<(bigint | null)[]> {
  const file = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(file)
  const value = metadata.schema.find(({ name }) => name === 'value')
  expect(value).toMatchObject({ converted_type: 'DECIMAL', precision: 38, scale: 6 })
  delete value?.converted_type
  delete value?.logical_type
  const rows = await parquetReadObjects({ file, metadata, columns: ['key', 'value'], utf8: false })
  return rows.map((row) =>
    row.value === null || row.value === undefined
      ? null
      : BigInt.asIntN(128, BigInt(`0x${Buffer.from(row.value).toString('hex')}`)),
  )
}

describe('examples', () => {
  const { examples, accepts, payloadOf, schema } = createFileDestination({ folder: undefined })
  it.each(examples)('$title', (example) => {
    expect(schema.parse(example.settings)).toEqual(example.settings)
    expect(accepts(example.in, example.settings)).toBe(true)
    expect(payloadOf(example.in, example.settings)).toEqual(example.out)
  })
})

describe('Parquet', () => {
  it('is read back with every column typed as documented', async () => {
    expect((await send([PAGE_VIEW, PURCHASE])).outcomes).toEqual([delivered, delivered])
    const rows = await parquetReadObjects({ file: new Uint8Array(await onlyFile()).buffer })
    expect(rows).toHaveLength(2)
    const [purchase, pageView] = rows
    expect(Object.keys(purchase ?? {})).toEqual(COLUMNS.map(({ name }) => name))
    expect(purchase).toMatchObject({
      key: PURCHASE.key,
      event_time: new Date('2026-09-21T14:13:20Z'),
      received_at: new Date('2026-09-21T14:13:21.500Z'),
      currency: 'EUR',
      content_ids: ['beans-1', 'cup-2'],
      em: PURCHASE.event.user_data.em,
      fbp: PURCHASE.event.user_data.fbp,
      custom_data: JSON.stringify(PURCHASE.event.custom_data),
    })
    expect(pageView).toMatchObject({ key: PAGE_VIEW.key, test_event_code: 'TEST1' })
    for (const name of ['value', 'currency', 'em', 'custom_data', 'opt_out', 'more']) {
      expect(pageView?.[name] ?? null).toBe(null)
    }
  })

  it('keeps money exact, also where a floating number could not', async () => {
    const values = [0.1, 0.2, 30.1, -12.345678, 0, 999999999999999, 123456789.123456, 1e-6]
    await send(values.map(withValue))
    expect(await millionths(await onlyFile())).toEqual([
      100_000n,
      200_000n,
      30_100_000n,
      -12_345_678n,
      0n,
      999_999_999_999_999_000_000n,
      123_456_789_123_456n,
      1n,
    ])
  })

  it('leaves value empty for what is no amount; custom_data keeps it', async () => {
    await send([withValue(1e15, 1), PAGE_VIEW])
    const bytes = await onlyFile()
    expect(await millionths(bytes)).toEqual([null, null])
    const [row] = await parquetReadObjects({ file: new Uint8Array(bytes).buffer })
    expect(row?.custom_data).toContain('1000000000000000')
  })

  it('keeps the parts of an event that have no column', async () => {
    const event = { ...PURCHASE.event, opt_out: true, app_data: { extinfo: ['i2'] } }
    await send([{ ...PURCHASE, event }])
    const [row] = await parquetReadObjects({ file: new Uint8Array(await onlyFile()).buffer })
    expect(row).toMatchObject({ opt_out: true, more: '{"app_data":{"extinfo":["i2"]}}' })
  })
})

describe('NDJSON', () => {
  const plain = async (bytes: Buffer): Promise<Buffer> => bytes
  it.each([
    ['none', '.ndjson', plain],
    ['gzip', '.ndjson.gz', promisify(gunzip)],
    ['zstd', '.ndjson.zst', promisify(zstdDecompress)],
  ] as const)('is read back (%s)', async (compression, extension, unpack) => {
    await send([PURCHASE, PAGE_VIEW], { format: 'ndjson', compression })
    expect((await files())[0]?.endsWith(extension)).toBe(true)
    const text = String(await unpack(await onlyFile()))
    expect(text.endsWith('\n')).toBe(true)
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ key }) => key)).toEqual([PURCHASE.key, PAGE_VIEW.key])
    expect(lines[0]).toMatchObject({ dataset_id: PURCHASE.envelope.dataset_id, ...PURCHASE.event })
  })
})

describe('files', () => {
  it('stand in folders per dataset and day, or hour', async () => {
    const other = { ...PURCHASE, envelope: { ...PURCHASE.envelope, dataset_id: '9' } }
    const { answers } = await send([PURCHASE, PAGE_VIEW, other], { partition: 'hour', path: 'a/b' })
    const folders = (await files()).map((file) => file.slice(0, file.lastIndexOf('/')))
    expect(folders).toEqual([
      'a/b/dataset=4831500000000017/date=2026-09-21/hour=14',
      'a/b/dataset=4831500000000017/date=2026-09-21/hour=15',
      'a/b/dataset=9/date=2026-09-21/hour=14',
    ])
    expect(answers.map((url) => url.slice('file:'.length)).sort()).toEqual(await files())
  })

  it.each(['parquet', 'ndjson'] as const)(
    'of the same batch are one, byte for byte (%s)',
    async (format) => {
      await send([PURCHASE, PAGE_VIEW], { format })
      const first = await onlyFile()
      await send([PAGE_VIEW, PURCHASE], { format })
      expect((await onlyFile()).equals(first)).toBe(true)
      await send([PURCHASE], { format })
      expect(await files()).toHaveLength(2)
    },
  )

  it('leave nothing half-written behind: a write that fails removes its temporary file', async () => {
    await send([PURCHASE])
    const [file = ''] = await files()
    await rm(join(root, file))
    await mkdir(join(root, file))
    const { outcomes } = await send([PURCHASE])
    expect(outcomes).toMatchObject([{ state: 'retry', code: 'write_failed' }])
    expect(await files()).toEqual([])
  })

  it('are not written after the time of the batch is over', async () => {
    const { outcomes } = await send([PURCHASE], {}, portsOf(AbortSignal.abort()))
    expect(outcomes).toMatchObject([{ state: 'retry', code: 'stopped' }])
    expect(await files()).toEqual([])
  })
})

describe('the allowed folder', () => {
  it('is made when only it is missing', async () => {
    const folder = join(root, 'exports')
    const sent = await createFileDestination({ folder }).send([PURCHASE], settingsOf(), portsOf())
    expect(sent.outcomes).toEqual([delivered])
  })

  it.each([
    ['its parent is missing', 'missing/exports', 'no_folder'],
    ['its parent is a file', 'file/exports', 'no_folder'],
  ])('held where %s', async (_, path, code) => {
    await writeFile(join(root, 'file'), '')
    const destination = createFileDestination({ folder: join(root, path) })
    const { outcomes } = await destination.send([PURCHASE, PAGE_VIEW], settingsOf(), portsOf())
    expect(outcomes).toMatchObject([
      { state: 'held', code },
      { state: 'held', code },
    ])
  })

  it('is not left through a link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'twofold-outside-'))
    await symlink(outside, join(root, 'shop'))
    const { outcomes } = await send([PURCHASE], { path: 'shop/events' })
    expect(outcomes).toMatchObject([{ state: 'held', code: 'outside' }])
    expect(await readdir(outside)).toEqual([])
    await rm(outside, { recursive: true })
  })

  it('held where the operator allows none', async () => {
    const destination = createFileDestination({ folder: undefined })
    const { outcomes } = await destination.send([PURCHASE], settingsOf(), portsOf())
    expect(outcomes).toMatchObject([{ state: 'held', code: 'switched_off' }])
  })

  it.each([
    ['ENOSPC', 'retry disk_full'],
    ['EDQUOT', 'retry disk_full'],
    ['EACCES', 'held not_writable'],
    ['EROFS', 'held not_writable'],
    ['ENOENT', 'held no_folder'],
    ['EIO', 'retry write_failed'],
    ['EMFILE', 'retry write_failed'],
  ])('%s: %s', (systemCode, expected) => {
    const { state, code } = folderFailure(systemCode) as { state: string; code: string }
    expect(`${state} ${code}`).toBe(expected)
  })
})

it.each([
  ['a way up', { path: '../etc' }],
  ['a way up inside', { path: 'a/../../b' }],
  ['an absolute path', { path: '/etc' }],
  ['a hidden folder', { path: 'a/.ssh' }],
  ['a backslash', { path: 'a\\b' }],
  ['a slash at the end', { path: 'a/' }],
  ['another format', { format: 'csv' }],
  ['s3 without a bucket', { target: 's3', access_key_id: 'a', secret_access_key: 'b' }],
  ['s3 without a key', { target: 's3', bucket: 'events' }],
  ['a bucket with a slash', { bucket: 'a/b' }],
  ['a password in the endpoint', { endpoint: 'https://a:b@s3.shop.com' }],
])('settings are refused: %s', (_, given) => {
  expect(fileSettingsSchema.safeParse(given).success).toBe(false)
})

it('docs/destinations/file.md names every setting, column, answer and failure', async () => {
  const doc = await readFile(join(import.meta.dirname, '../../docs/destinations/file.md'), 'utf8')
  const { properties = {} } = z.toJSONSchema(fileSettingsSchema, { io: 'input' })
  const settings = Object.entries(properties).map(([name, about]) => {
    const { default: value, description } = about as { default: unknown; description: string }
    return `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${description} |`
  })
  const columns = COLUMNS.map(({ name, type, about }) => `| \`${name}\` | ${type} | ${about} |`)
  const rows = [...S3_ANSWERS, ...FOLDER_FAILURES, ...NETWORK_FAILURES].map(
    ({ state, code, detail }) => `| ${state} | \`${code}\` | ${detail} |`,
  )
  const lines = doc.split('\n')
  const missing = [...settings, ...columns, ...rows].filter(
    (row) => !lines.some((line) => line.endsWith(row)),
  )
  expect(missing).toEqual([])
})
