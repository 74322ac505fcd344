/**
 * Writes one file into a folder of this machine, all of it or nothing: a temporary file beside it,
 * synced, renamed over the name, the folder synced. Never leaves the folder that the operator
 * allows, not through a link either. Called by the file destination.
 */
import { mkdir, open, realpath, rename, unlink } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Failure } from './destination.ts'

export interface FileWrite {
  /** Made when its parent exists. */
  readonly root: string
  /** Folders below it and the file, one name each. */
  readonly path: readonly string[]
  readonly bytes: Uint8Array
  readonly random: () => number
}

interface FailureRow {
  readonly codes: RegExp
  readonly state: 'retry' | 'held'
  readonly code: string
  readonly detail: string
}

/** By the system's error code; the last one takes the rest. */
export const FOLDER_FAILURES: readonly FailureRow[] = [
  {
    codes: /^(ENOSPC|EDQUOT)$/,
    state: 'retry',
    code: 'disk_full',
    detail: 'The disk of the folder is full; free space there, it is tried again.',
  },
  {
    codes: /^(EACCES|EPERM|EROFS)$/,
    state: 'held',
    code: 'not_writable',
    detail: 'The server may not write into the folder; check its owner, mode and mount options.',
  },
  {
    codes: /^(ENOENT|ENOTDIR|ELOOP|ENAMETOOLONG)$/,
    state: 'held',
    code: 'no_folder',
    detail: 'The folder does not exist or is no folder; check TWOFOLD_EXPORTS and path.',
  },
  {
    codes: /^OUTSIDE$/,
    state: 'held',
    code: 'outside',
    detail: 'A link leads out of the allowed folder; take another path or replace the link.',
  },
  {
    codes: /./,
    state: 'retry',
    code: 'write_failed',
    detail: 'The write failed; it is tried again.',
  },
]

/** Undefined once the file stands there for good. */
export async function writeIntoFolder(write: FileWrite): Promise<Failure | undefined> {
  try {
    const folder = await makeFolders(write.root, write.path.slice(0, -1))
    await writeWhole(folder, write)
    return undefined
  } catch (error) {
    return folderFailure((error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
  }
}

export function folderFailure(systemCode: string): Failure {
  const row = FOLDER_FAILURES.find(({ codes }) => codes.test(systemCode)) as FailureRow
  const { state, code, detail } = row
  return { state, code, detail: `${detail} (${systemCode})` }
}

/**
 * One after the other, each checked before the next is made inside it. A new folder is synced into
 * its parent: without that its files could vanish with it after a power failure.
 */
async function makeFolders(root: string, folders: readonly string[]): Promise<string> {
  await makeFolder(root)
  const realRoot = await realpath(root)
  let folder = realRoot
  for (const name of folders) {
    const next = join(folder, name)
    if (await makeFolder(next)) await sync(folder)
    folder = await realpath(next)
    if (!`${folder}${sep}`.startsWith(`${realRoot}${sep}`)) {
      throw Object.assign(new Error('outside of the allowed folder'), { code: 'OUTSIDE' })
    }
  }
  return folder
}

/** True when it is new. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o750 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

async function writeWhole(folder: string, { path, bytes, random }: FileWrite): Promise<void> {
  const name = path.at(-1) ?? ''
  // Readers skip names that begin with a dot; chance, because a try that hung may still write.
  const token = Math.floor(random() * 2 ** 40).toString(36)
  const temporary = join(folder, `.${name}.${token}.tmp`)
  const file = await open(temporary, 'wx', 0o640)
  try {
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, join(folder, name))
  } catch (error) {
    // What made the write fail is what people must hear, not that the rest could not be removed.
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await sync(folder)
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
