/** `twofold backup FILE`: a consistent copy of a running server's database. */
import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { type ClientOptions, clientOf, declareClient } from './command.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { say, sayJson, size } from './output.ts'
import { startProgress } from './progress.ts'

export function addBackup(program: Command): void {
  declareClient(program, 'backup <file>', {
    description: 'Save a consistent copy of the database while the server runs.',
    examples: [
      'twofold backup twofold-backup.db',
      'twofold backup /backups/today.db --force --json',
    ],
  })
    .option('--force', 'replace the file if it exists')
    .action(async (file: string, flags: ClientOptions & { force?: true }) => {
      if (existsSync(file) && !flags.force) {
        throw wrongUsage(`${file} exists already.`, 'Give another name, or --force to replace it.')
      }
      const response = await clientOf(flags).open('/api/backup')
      const bytes = await save(response, file)
      if (flags.json) sayJson({ file, bytes })
      else {
        say(`Saved ${size(bytes)} to ${file}.`)
        say('To restore: stop the server, put it into the data folder as twofold.db, start again.')
      }
    })
}

/** Under another name until it is whole and on the disk: no broken download looks like one. */
async function save(response: Response, file: string): Promise<number> {
  const part = `${file}.part`
  const expected = Number(response.headers.get('content-length')) || undefined
  const progress = startProgress('Saving', expected)
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      progress.show(bytes, expected ? `${size(bytes)} of ${size(expected)}` : size(bytes))
      done(null, chunk)
    },
  })
  try {
    await pipeline(
      Readable.fromWeb(response.body ?? new ReadableStream()),
      counted,
      createWriteStream(part),
    )
    if (expected !== undefined && bytes !== expected) throw new Error('the connection ended early')
    await synced(part)
    await rename(part, file)
    return bytes
  } catch (error) {
    await rm(part, { force: true })
    const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
    throw new CliError(EXIT.failed, 'backup_failed', {
      message: `The backup was not saved to ${file} (${cause}).`,
      fix: 'Check the folder and its free space, then try again; nothing was replaced.',
    })
  } finally {
    progress.end()
  }
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
