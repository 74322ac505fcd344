/**
 * GET /api/backup: a consistent copy of the database, made beside the data while the server runs,
 * streamed, and gone again whether or not the reader stayed to the end.
 */
import { type FileHandle, open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TwofoldError } from '../errors.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'

export const backupRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/backup',
    auth: { needs: 'operate', on: 'instance' },
    history: 'backup.downloaded',
    summary: 'Download a consistent copy of the database',
    description: 'Needs as much free space beside the data as the database takes.',
    answer: {
      status: 200,
      description: 'The database file.',
      type: 'application/vnd.sqlite3',
    },
    run: async ({ request, reply }, context) => {
      const { store, tempFile } = context
      if (!store.capabilities.backup) {
        throw new TwofoldError('store_failed', store.capabilities.why)
      }
      const file = tempFile('backup.tmp')
      await context.alone('backup', async () => {
        const copy = await copyOf(store, file)
        await sent(copy, reply, { context, log: request.log })
      })
      return reply
    },
  }),
]

/** It lives on while it is open, under no name: nothing is left behind, however this ends. */
async function copyOf(store: Context['store'], file: string): Promise<FileHandle> {
  // What a crash left behind: the driver only writes to a path that does not exist.
  await rm(file, { force: true })
  try {
    await store.backup(file)
    return await open(file)
  } finally {
    await rm(file, { force: true })
  }
}

interface Sending {
  readonly context: Context
  readonly log: FastifyRequest['log']
}

/**
 * Resolves when the last part is handed over, or when the reader has left: before the reader can
 * know that it has everything, so that who asks for the next one at once is not told to wait.
 */
async function sent(copy: FileHandle, reply: FastifyReply, sending: Sending): Promise<void> {
  const { size } = await copy.stat()
  writeHead(size, reply, sending.context)
  return new Promise((resolve) => {
    let read = 0
    const parts = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const part of source) {
        read += part.length
        if (read >= size) resolve()
        yield part
      }
    }
    pipeline(copy.createReadStream(), parts, reply.raw)
      .catch((err: unknown) => {
        // Who has read all of it may hang up before we see that it is written.
        if (read < size) sending.log.warn({ err }, 'a backup was not read to its end')
      })
      .finally(resolve)
  })
}

function writeHead(size: number, reply: FastifyReply, { nowMs }: Context): void {
  const day = new Date(nowMs()).toISOString().slice(0, 10)
  reply.hijack()
  reply.raw.writeHead(200, {
    'content-type': 'application/vnd.sqlite3',
    'content-length': size,
    'content-disposition': `attachment; filename="twofold-${day}.db"`,
    'cache-control': 'no-store',
  })
}
