/**
 * Builds what runs: the pixel (dist/pixel) and the Events Manager (dist/ui) for browsers, the SDK for
 * servers of users (dist/sdk), and the server (dist/server), which starts sooner and needs less memory
 * than its sources do. With `--if-stale` only what has changed since its last build; with `--package`,
 * before publishing, types are checked too.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { buildSdk, packSdk } from './build-sdk.ts'

interface Part {
  /** Globs of all that it is made of. */
  readonly sources: readonly string[]
  readonly products: readonly string[]
  readonly make: () => Promise<void> | void
}

const root = join(import.meta.dirname, '..')
const COMMON = ['scripts/build*.ts', 'package-lock.json', 'tsconfig*.json']
const published = process.argv.includes('--package')

const PARTS: Readonly<Record<string, Part>> = {
  browser: {
    sources: ['src/pixel/**/*', 'src/ui/**/*', 'src/event/**/*.ts', 'src/api/types.ts', ...COMMON],
    products: ['dist/pixel/p.js', 'dist/ui/index.html'],
    make: makeBrowser,
  },
  sdk: {
    sources: [
      ...['src/sdk/**/*.ts', 'src/event/**/*.ts', 'scripts/tar-archive.ts', 'package.json'],
      ...COMMON,
    ],
    products: ['dist/sdk/sdk/main.js', 'dist/sdk.tgz'],
    make: makeSdk,
  },
  server: {
    sources: ['src/**/*.ts', 'examples/**/*', ...COMMON],
    products: ['dist/server/cli.js', 'dist/server/main.js', 'dist/server/ledger-thread.js'],
    make: makeServer,
  },
}

const startedS = Date.now() / 1000
for (const [name, { sources, products, make }] of Object.entries(PARTS)) {
  const stampFile = join(root, `dist/${name}.stamp`)
  const stamp = stampOf(sources)
  const fresh =
    products.every((file) => existsSync(join(root, file))) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp
  if (fresh && process.argv.includes('--if-stale')) continue
  rmSync(stampFile, { force: true })
  await make()
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stampFile, stamp)
}
// As of the start: bin/twofold compares it with the times of the sources.
writeFileSync(join(root, 'dist/checked'), '')
utimesSync(join(root, 'dist/checked'), startedS, startedS)

async function makeBrowser(): Promise<void> {
  // Loaded here: what is fresh is not built, and these take a second.
  const [{ build }, { buildPixel }] = await Promise.all([
    import('vite'),
    import('./build-pixel.ts'),
  ])
  const { brotliBytes } = await buildPixel()
  process.stderr.write(`pixel: ${brotliBytes} bytes (brotli)\n`)
  await build({ configFile: join(root, 'src/ui/vite.config.ts'), logLevel: 'warn' })
}

function makeSdk(): void {
  const folder = join(root, 'dist/sdk')
  buildSdk({ folder, checked: published })
  writeFileSync(join(root, 'dist/sdk.tgz'), packSdk(folder))
}

async function makeServer(): Promise<void> {
  // `npm run types` has checked them, or will; whoever only starts it need not wait for that.
  if (published) checkTypes()
  const { buildServer } = await import('./build-server.ts')
  await buildServer()
}

function checkTypes(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const words = [tsc, '-p', 'tsconfig.json']
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** Of names and contents, so that a fresh clone and an old one with the same files agree. */
function stampOf(patterns: readonly string[]): string {
  const digest = createHash('sha256')
  for (const file of globSync(patterns, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    digest.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return digest.digest('hex')
}
