/**
 * Builds the SDK that users import: src/sdk and the part of src/event it needs become plain ES
 * modules with their types, for Node 18 and whatever else speaks Web Requests. They are part of the
 * package, and by themselves a small one that needs nothing, which the server hands out. Used by
 * build.ts and by the tests that install it.
 */
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tarOf } from './tar-archive.ts'

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

/** What `npm install ./twofold-sdk.tgz` takes: the folder that buildSdk made, and no dependency. */
export function packSdk(folder: string): Uint8Array {
  const { name, version, license, exports, typesVersions } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>
  const manifest = {
    ...{ name, version, license, type: 'module', exports, typesVersions },
    description: 'The SDK of Twofold, as its server hands it out.',
    engines: { node: '>=18' },
    sideEffects: false,
  }
  const files = globSync('**/*.{js,d.ts}', { cwd: folder }).sort()
  return tarOf([
    { path: 'package/package.json', content: Buffer.from(JSON.stringify(manifest, null, 2)) },
    { path: 'package/LICENSE', content: readFileSync(join(root, 'LICENSE')) },
    ...files.map((file) => ({
      path: `package/dist/sdk/${file.replaceAll('\\', '/')}`,
      content: readFileSync(join(folder, file)),
    })),
  ])
}
