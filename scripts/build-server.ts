/**
 * Builds the server and the command line into dist/server: three programs and what they share, in a
 * few files. Node reads a module of a hundred lines as slowly as one of ten thousand, so a server
 * made of two thousand files spends its start, and 25 MB, on finding them. Used by build.ts.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'dist/server')

/**
 * Dependencies that are ES modules in many small files, which go into ours. The others are a file or
 * two, or CommonJS, and stay where npm puts them.
 */
const TAKEN_IN = [
  '@iabgpp/cmpapi',
  '@iabtechlabtcf/core',
  'hyparquet-writer',
  'isbot',
  'libphonenumber-js',
  'tldts',
  'zod',
]

/** All files lie in one folder: what looks for a file of the package finds it from there. */
export async function buildServer(): Promise<void> {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/cli/main.ts', out: 'cli' },
      { in: 'src/main.ts', out: 'main' },
      { in: 'src/ledger-thread.ts', out: 'ledger-thread' },
    ],
    outdir: folder,
    external: Object.keys(dependencies).filter((name) => !TAKEN_IN.includes(name)),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // V8 keeps the text of what it runs, in two bytes a character once one of them needs two: plain
    // ASCII without comments takes 9 MB less of a server's memory. Names stay, for its stacks.
    charset: 'ascii',
    minifyWhitespace: true,
    lineLimit: 120,
    legalComments: 'external',
    logLevel: 'warning',
    metafile: true,
  })
  // Afterwards, so that a server that starts meanwhile finds all of one build or of the other.
  const made = Object.keys(metafile.outputs).map((file) => basename(file))
  for (const file of made) requireAscii(file)
  for (const file of readdirSync(folder)) if (!made.includes(file)) rmSync(join(folder, file))
}

/** What stands as it is in a regular expression or a tagged template is not escaped: write it so. */
function requireAscii(file: string): void {
  const other = /[^\n]{0,40}[^\t-~]/.exec(readFileSync(join(folder, file), 'utf8'))
  if (other && file.endsWith('.js')) throw new Error(`${file}: not ASCII: ${other[0]}`)
}
