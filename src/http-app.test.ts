/** How the server bounds a request that is slow to arrive; Node's own clock is played by an event. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createApp } from './http-app.ts'
import { letUploadTakeLong } from './upload-time.ts'

const app = { close: async () => undefined as unknown }
afterEach(() => app.close())

/** A server in the middle of a body, its socket, and who sends it. */
async function halfSent(isFile: boolean): Promise<{
  late: () => void
  client: ClientRequest
  answer: Promise<IncomingMessage>
}> {
  const server = createApp('silent')
  app.close = () => server.close()
  server.addContentTypeParser('text/csv', (_request, body, done) => done(null, body))
  const arrived = Promise.withResolvers<Socket>()
  server.post('/file', async ({ raw, body }) => {
    if (isFile) letUploadTakeLong(raw.socket)
    arrived.resolve(raw.socket)
    let text = ''
    for await (const piece of body as AsyncIterable<Buffer>) text += piece.toString()
    return text
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const options = { port, path: '/file', method: 'POST', headers: { 'content-type': 'text/csv' } }
  const client = request({ host: '127.0.0.1', ...options })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    client.on('response', resolve).on('error', reject)
  })
  client.write('one,')
  const socket = await arrived.promise
  const error = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  return { late: () => server.server.emit('clientError', error, socket), client, answer }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of answer) text += String(piece)
  return text
}

it('a long file goes on arriving after the time that any request has', async () => {
  const { late, client, answer } = await halfSent(true)
  late()
  client.end('two')
  const done = await answer
  expect(done.statusCode).toBe(200)
  expect(await textOf(done)).toBe('one,two')
})

it('any other request is answered and closed, in the shape of all errors', async () => {
  const { late, answer } = await halfSent(false)
  late()
  const done = await answer
  expect(done.statusCode).toBe(408)
  expect(JSON.parse(await textOf(done))).toMatchObject({ error: { code: expect.anything() } })
})
