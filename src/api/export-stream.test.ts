import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { afterEach, expect, it } from 'vitest'
import { EXPORT_STALLED_MS } from '../export-limits.ts'
import type { CutReason } from './export-book.ts'
import { exportRows } from './export-stream.ts'

const SOON = { timeout: 20_000, interval: 20 }
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** More than sockets hold, then a search that finds nothing for as long as it is told to. */
async function* pagesThen(search: Promise<void>): AsyncGenerator<readonly { filling: string }[]> {
  for (let n = 0; n < 20; n += 1) yield [{ filling: 'x'.repeat(1_000_000) }]
  await search
  yield []
}

/** An export to a reader that takes nothing until it is told to, and how it ended. */
async function exporting(search: Promise<void>) {
  const told: ('done' | CutReason)[] = []
  let response: ServerResponse | undefined
  const server = createServer((_, raw) => {
    response = raw
    const reader = {
      request: { log: { warn: () => undefined } } as unknown as FastifyRequest,
      reply: { raw, hijack: () => undefined } as unknown as FastifyReply,
    }
    const none = (): void => undefined
    const job = { ...{ wrote: none, reached: none, onCancel: none }, end: told.push.bind(told) }
    const file = { name: 'events', fileName: 'events', format: 'ndjson', columns: [] } as const
    void exportRows(reader, { ...file, pages: pagesThen(search), job })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const { port } = server.address() as AddressInfo
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, agent: false }, resolve).on('error', reject)
  })
  answer.on('error', () => undefined)
  return { answer, told, socket: () => response?.socket }
}

it('a reader that takes nothing is waited for until its socket gives up', async () => {
  const { told, socket } = await exporting(Promise.resolve())
  await expect.poll(() => socket()?.timeout, SOON).toBe(EXPORT_STALLED_MS)
  socket()?.emit('timeout')
  await expect.poll(() => told, SOON).toEqual(['reader_left'])
})

it('a search that takes long is not taken for a reader that does', async () => {
  const search = Promise.withResolvers<void>()
  const { answer, told, socket } = await exporting(search.promise)
  await expect.poll(() => socket()?.timeout, SOON).toBe(EXPORT_STALLED_MS)
  answer.resume()
  await expect.poll(() => socket()?.timeout, SOON).toBe(0)
  expect(told).toEqual([])
  search.resolve()
  await expect.poll(() => told, SOON).toEqual(['done'])
  expect(answer.complete || (await new Promise((end) => answer.on('end', () => end(true))))).toBe(
    true,
  )
})
