/**
 * Builds the SDK that users import: src/sdk and the part of src/event it needs become plain ES
 * modules with their types, for Node 18 and whatever else speaks Web Requests. Used by build.ts and
 * by the test that installs the package.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

interface SdkBuild {
  readonly folder: string
  /** Whether types are checked, or only taken away. */
  readonly checked: boolean
}

/** Ends the process when it cannot be built. */
export function buildSdk({ folder, checked }: SdkBuild): void {
  rmSync(folder, { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', 'tsconfig.sdk.json', '--outDir', folder]
  const { status } = spawnSync(process.execPath, checked ? args : [...args, '--noCheck'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  // The compiler renames what code imports, and leaves the types as they are.
  for (const name of globSync('**/*.d.ts', { cwd: folder })) {
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'))
  }
}
