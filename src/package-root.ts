/**
 * Where the package lies, and the files in it that are run by themselves. What is built is a few
 * large files, so no module may know its own place. For the composition roots and the command line.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json, with `integrations`, `dist` and so on. */
export const packageRoot = rootOf(import.meta.dirname)

/** Runs as a thread of its own: src/ledger-thread.ts, or what was built of it. */
export const ledgerThreadFile = join(
  packageRoot,
  import.meta.url.endsWith('.ts') ? 'src/ledger-thread.ts' : 'dist/server/ledger-thread.js',
)

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder))
}
