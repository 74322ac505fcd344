/**
 * The whole program on a free port with a folder of its own, for tests that enter by the public
 * door. Nothing is faked; `close` stops it and removes the folder.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, readConfig } from '../src/config.ts'
import type { Destination } from '../src/destinations/destination.ts'
import { type Names, type Running, start } from '../src/main.ts'

export interface TestServer {
  readonly url: string
  readonly adminToken: string
  readonly dataDir: string
  readonly running: Running
  /** fetch on this server with the admin token; JSON in, JSON out. Throws on an error status. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  createDataset(
    settings?: Record<string, unknown>,
  ): Promise<{ dataset_id: string; access_token: string }>
  close(): Promise<void>
}

const ADMIN_TOKEN = 'test-admin-token-0123456789'

/** `destinations`: instead of the kinds that are built in; `names`: instead of the system's DNS. */
export async function startTwofold(
  options: Partial<Config> = {},
  destinations?: readonly Destination[],
  names?: Names,
): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'twofold-test-'))
  const config = {
    ...readConfig({ port: '0', logLevel: 'error' }, {}),
    adminToken: ADMIN_TOKEN,
    // What stands for Meta and others in the tests listens here.
    allowPrivateTargets: ['127.0.0.1/32', '::1/128'],
    ...options,
    dataDir,
  }
  const running = await start(config, destinations, names)
  const { url } = running
  const adminToken = options.adminToken ?? ADMIN_TOKEN
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text || 'null') as T
  }
  return {
    url,
    adminToken,
    dataDir,
    running,
    api,
    createDataset: (settings = {}) =>
      api('POST', '/api/datasets', { name: 'Test shop', ...settings }),
    close: async () => {
      await running.close()
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
