/**
 * Builds what a browser needs: the pixel (dist/pixel) and the Events Manager (dist/ui). With
 * `--if-stale` it does nothing when the sources have not changed since the last build; with
 * `--package` it also compiles the server for the published package (dist/src).
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { buildPixel } from './build-pixel.ts'

const root = join(import.meta.dirname, '..')
const STAMP = join(root, 'dist/stamp')
const SOURCES = [
  'src/pixel/**/*',
  'src/ui/**/*',
  'src/event/**/*.ts',
  'src/api/types.ts',
  'scripts/build*.ts',
  'package-lock.json',
]
const PRODUCTS = ['dist/pixel/p.js', 'dist/ui/index.html']

const stamp = stampOf(SOURCES)
const fresh =
  PRODUCTS.every((file) => existsSync(join(root, file))) &&
  existsSync(STAMP) &&
  readFileSync(STAMP, 'utf8') === stamp

if (!fresh || !process.argv.includes('--if-stale')) {
  const { brotliBytes } = await buildPixel()
  process.stderr.write(`pixel: ${brotliBytes} bytes (brotli)\n`)
  await build({ configFile: join(root, 'src/ui/vite.config.ts'), logLevel: 'warn' })
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(STAMP, stamp)
}
if (process.argv.includes('--package')) {
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.package.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
  const assets = 'examples/brewbeans/assets'
  cpSync(join(root, assets), join(root, 'dist', assets), { recursive: true })
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
