/**
 * A file streamed to the server with a progress bar, for the commands that import one. What is in
 * it, the server says.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import type { Client } from './client.ts'
import { wrongUsage } from './exit.ts'
import { size } from './output.ts'
import { startProgress } from './progress.ts'

interface Upload {
  readonly client: Client
  readonly path: string
  readonly type: 'text/csv' | 'application/octet-stream'
  /** What the server says of it meanwhile, behind the bar. */
  readonly look?: () => Promise<string | undefined>
}

/** How often the server is asked how far it is. */
const LOOK_MS = 500

export async function uploadFile<T>(file: string, upload: Upload): Promise<T> {
  const { client, path, type, look } = upload
  const total = statSync(file).size
  const progress = startProgress('Importing', total)
  const stream = createReadStream(file)
  let read = 0
  let words = ''
  const show = (): void => progress.show(read, `${size(read)} of ${size(total)}${words}`)
  stream.on('data', (chunk) => {
    read += chunk.length
    show()
  })
  const looks =
    look &&
    setInterval(async () => {
      words = (await look()) ?? words
      show()
    }, LOOK_MS)
  try {
    return await client.upload<T>(path, stream, type)
  } finally {
    clearInterval(looks)
    stream.destroy()
    progress.end()
  }
}

/** Before the server is asked for anything: a name that is wrong says so at once. */
export function requireFile(file: string): void {
  if (!existsSync(file)) throw wrongUsage(`There is no file ${file}.`, 'Check its name.')
}
