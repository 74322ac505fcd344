import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSecretBox, loadSecretKey, parseSecretKey } from './secret-box.ts'

const KEY = new Uint8Array(32).fill(7)
const TOKEN = 'EAAB-a-secret-token-of-meta'
const box = createSecretBox({ key: KEY, randomBytes })

describe('a sealed secret', () => {
  it.each(['', 'x', TOKEN, 'ключ 🔑', 'a'.repeat(10_000)])(
    'opens to what it was: %.20s',
    (text) => {
      expect(box.open(box.seal(text, 'here'), 'here')).toBe(text)
    },
  )

  it('shows nothing of the secret and never looks the same twice', () => {
    const [one, two] = [box.seal(TOKEN, 'here'), box.seal(TOKEN, 'here')]
    expect(one).not.toBe(two)
    expect(Buffer.from(one.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain(
      'secret-token',
    )
  })

  const sealed = box.seal(TOKEN, 'here')
  const flipped = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`
  const other = createSecretBox({ key: new Uint8Array(32).fill(8), randomBytes })
  it.each([
    ['under another key', () => other.open(sealed, 'here')],
    ['in another place', () => box.open(sealed, 'there')],
    ['when it is damaged', () => box.open(flipped, 'here')],
    ['when it is cut', () => box.open(sealed.slice(0, 20), 'here')],
    ['when it is no sealed text', () => box.open(TOKEN, 'here')],
    ['in a form of the future', () => box.open(sealed.replace('v1', 'v2'), 'here')],
  ])('does not open %s, and the error shows nothing of it', (_, open) => {
    expect(open).toThrow(expect.objectContaining({ code: 'secret_unreadable' }))
    expect(open).not.toThrow(TOKEN)
  })
})

describe('the key', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'twofold-key-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const load = (given?: Uint8Array) => loadSecretKey({ given, dataDir: folder, randomBytes })
  const file = () => join(folder, 'secret.key')

  it('is made on the first start, for the owner alone, and stays the same', () => {
    const first = load()
    expect(first).toHaveLength(32)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(load()).toEqual(first)
  })

  it('is the one given, and then no file is made', () => {
    expect(load(KEY)).toEqual(KEY)
    expect(existsSync(file())).toBe(false)
  })

  it('is never replaced: a file that holds none stops the start', () => {
    writeFileSync(file(), 'oops')
    expect(() => load()).toThrow(expect.objectContaining({ code: 'secret_key_invalid' }))
    expect(readFileSync(file(), 'utf8')).toBe('oops')
  })

  it.each([
    ['64 hex digits', Buffer.from(KEY).toString('hex'), true],
    ['base64', Buffer.from(KEY).toString('base64'), true],
    ['base64url', Buffer.from(KEY).toString('base64url'), true],
    ['too short', 'abcdef', false],
    ['a password', 'correct horse battery staple correct horse!', false],
    ['nothing', '', false],
  ])('given as %s', (_, text, isKey) => {
    expect(parseSecretKey(text) !== undefined).toBe(isKey)
  })
})
