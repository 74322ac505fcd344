/**
 * GET /api/backup: a consistent copy of the database, made beside the data while the server runs,
 * streamed, and deleted again whether or not the reader stayed to the end.
 */
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply } from 'fastify'
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
      await context.alone('backup', async () => {
        const file = tempFile('backup.tmp')
        // What a crash left behind: the driver only writes to a path that does not exist.
        await rm(file, { force: true })
        try {
          await store.backup(file)
          await send(file, reply, context)
        } catch (error) {
          if (!reply.sent) throw error
          request.log.warn({ err: error }, 'a backup was not read to its end')
        } finally {
          await rm(file, { force: true })
        }
      })
      return reply
    },
  }),
]

async function send(file: string, reply: FastifyReply, { nowMs }: Context): Promise<void> {
  const { size } = await stat(file)
  const day = new Date(nowMs()).toISOString().slice(0, 10)
  reply.hijack()
  reply.raw.writeHead(200, {
    'content-type': 'application/vnd.sqlite3',
    'content-length': size,
    'content-disposition': `attachment; filename="twofold-${day}.db"`,
    'cache-control': 'no-store',
  })
  await pipeline(createReadStream(file), reply.raw)
}
