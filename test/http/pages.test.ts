/** Which addresses answer with the Events Manager, and to whom. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTwofold, type TestServer } from '../start.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTwofold()
})
afterAll(() => server.close())

it.each([
  ['GET', '/', '*/*', 200],
  ['HEAD', '/', '*/*', 200],
  ['GET', '/datasets/1/test-events', 'text/html', 200],
  ['GET', '/datasets/1/test-events', '*/*', 404],
  ['POST', '/', 'text/html', 404],
  ['GET', '/api/nothing', 'text/html', 404],
  ['GET', '/assets/nothing.js', 'text/html', 404],
])('%s %s for %s is answered with %d', async (method, path, accept, status) => {
  const answer = await fetch(server.url + path, { method, headers: { accept } })
  expect(answer.status).toBe(status)
  const page = (answer.headers.get('content-type') ?? '').startsWith('text/html')
  expect(page).toBe(status === 200)
})
