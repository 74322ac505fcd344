/** Writes a streamed answer to a file or to stdout, for the exports. */
import { createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { note, say, sayJson, size } from './output.ts'
import { startProgress } from './progress.ts'

export interface Download {
  /** What is exported, in words: "the consents". */
  readonly what: string
  /** Absent: stdout. */
  readonly output: string | undefined
  readonly force: boolean
  readonly json: boolean
}

/** Asks only when the file may be written; answers say where it is. */
export async function download(
  { what, output, force, json }: Download,
  open: () => Promise<Response>,
): Promise<void> {
  if (output !== undefined && existsSync(output) && !force) {
    throw wrongUsage(`${output} exists already.`, 'Give another name, or --force.')
  }
  await save(await open(), { what, file: output })
  if (output === undefined) return
  if (json) sayJson({ file: output })
  else say(`Saved ${what} to ${output}.`)
}

/** Under another name until it is whole: a part of a proof must not look like one. */
async function save(
  response: Response,
  { what, file }: { readonly what: string; readonly file: string | undefined },
): Promise<void> {
  const body = Readable.fromWeb(response.body ?? new ReadableStream())
  const part = `${file}.part`
  try {
    if (file === undefined) {
      for await (const chunk of body) {
        if (!process.stdout.write(chunk)) await drained()
      }
      return
    }
    await pipeline(body, watched(what), createWriteStream(part))
    await rename(part, file)
  } catch (error) {
    if (file === undefined) note('The export is not whole.')
    else await rm(part, { force: true })
    const cause = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
    throw new CliError(EXIT.failed, 'export_failed', {
      message: `An export of ${what} failed (${cause}).`,
      fix: 'See the server log, check the free space, then try again.',
    })
  }
}

/** Hands on what comes and says how much it was; the whole, nobody knows before its end. */
function watched(what: string): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (chunks) {
    const progress = startProgress(`Saving ${what}:`, undefined)
    let saved = 0
    try {
      for await (const chunk of chunks) {
        saved += chunk.length
        progress.show(saved, size(saved))
        yield chunk
      }
    } finally {
      progress.end()
    }
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.once('drain', resolve))
}
