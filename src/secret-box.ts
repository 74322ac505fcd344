/**
 * Secrets of others (access tokens of destinations) at rest: AES-256-GCM under one key of the
 * instance, given by TWOFOLD_SECRET_KEY or kept in `<data>/secret.key`. A sealed text names the key
 * it was made with and is bound to its place, so that a wrong key, a copied or a damaged text is
 * told from a right one. Made by main.ts; nothing here ever puts a secret into an error.
 */
import { createCipheriv, createDecipheriv, hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { TwofoldError } from './errors.ts'

export interface SecretBox {
  /** `place` says what the secret is and where it stands; opening needs the same. */
  seal(secret: string, place: string): string
  /** Throws `secret_unreadable` for another key, another place or a damaged text. */
  open(sealed: string, place: string): string
}

export interface SecretBoxPorts {
  readonly key: Uint8Array
  readonly randomBytes: (n: number) => Uint8Array
}

const FORM = 'v1'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

export function createSecretBox({ key, randomBytes }: SecretBoxPorts): SecretBox {
  if (key.length !== KEY_BYTES) throw new Error('the key of the secret box has 32 bytes')
  const keyName = nameOf(key)
  return {
    seal: (secret, place) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      const sealed = Buffer.concat([nonce, cipher.getAuthTag(), body])
      return [FORM, keyName, sealed.toString('base64url')].join('.')
    },
    open: (sealed, place) => {
      const [form, name, text = ''] = sealed.split('.')
      if (form !== FORM) throw unreadable('It is not in a form that this version knows.')
      if (name !== keyName) throw unreadable('It was stored under another key.')
      const bytes = Buffer.from(text, 'base64url')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw unreadable('What is stored is damaged.')
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(place))
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      try {
        const body = bytes.subarray(NONCE_BYTES + TAG_BYTES)
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch (error) {
        throw unreadable('What is stored is damaged.', error)
      }
    },
  }
}

export interface SecretKeyPorts {
  /** TWOFOLD_SECRET_KEY, already checked by config.ts. */
  readonly given: Uint8Array | undefined
  readonly dataDir: string
  readonly randomBytes: (n: number) => Uint8Array
}

const FILE = 'secret.key'

/**
 * The key given, else that of the file, which is made on first need. Throws `secret_key_invalid`
 * for a file that holds none: making another would lose every secret silently.
 */
export function loadSecretKey({ given, dataDir, randomBytes }: SecretKeyPorts): Uint8Array {
  if (given) return given
  const file = join(dataDir, FILE)
  try {
    return readKey(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  writeNew(file, `${Buffer.from(randomBytes(KEY_BYTES)).toString('hex')}\n`)
  return readKey(file)
}

function readKey(file: string): Uint8Array {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
    throw new TwofoldError('secret_key_invalid', `${file} cannot be read.`, { cause: error })
  }
  const key = parseSecretKey(text.trim())
  if (!key) throw new TwofoldError('secret_key_invalid', `${file} holds none.`)
  return key
}

/** Whole and durable before the first secret is sealed with it. */
function writeNew(file: string, text: string): void {
  try {
    const descriptor = openSync(`${file}.new`, 'w', 0o600)
    try {
      writeSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw new TwofoldError('store_read_only', `${file} cannot be made.`, { cause: error })
  }
}

/** 32 bytes as 64 hex digits or as base64; undefined for anything else. */
export function parseSecretKey(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES ? bytes : undefined
}

/** Tells keys apart without telling anything of them. */
function nameOf(key: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from('twofold secret key '), key])).slice(0, 8)
}

function unreadable(detail: string, cause?: unknown): TwofoldError {
  return new TwofoldError('secret_unreadable', detail, cause === undefined ? undefined : { cause })
}
