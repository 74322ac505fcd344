/** Runs the JavaScript of docs/sdk.md as it stands there, and checks the types of the rest. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSdk } from '../../scripts/build-sdk.ts'
import type { EventsAnswer } from '../../src/api/types.ts'
import { startTwofold, type TestServer } from '../start.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/sdk.md'), 'utf8')

/** The first block of a language below a heading. */
function block(heading: string, language: 'js' | 'ts'): string {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const [, text = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section) ?? []
  expect(text, heading).not.toBe('')
  return text
}

let server: TestServer
let shop: string

beforeAll(async () => {
  server = await startTwofold()
  shop = mkdtempSync(join(tmpdir(), 'twofold-docs-'))
  const modules = join(shop, 'node_modules')
  mkdirSync(join(modules, 'twofold'), { recursive: true })
  buildSdk({ folder: join(modules, 'twofold/dist/sdk'), checked: false })
  writeFileSync(join(modules, 'twofold/package.json'), readFileSync(join(root, 'package.json')))
  for (const name of ['express', 'fastify', 'hono', '@types']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(shop, 'package.json'), '{"type":"module"}')
})
afterAll(async () => {
  await server.close()
  rmSync(shop, { recursive: true, force: true })
})

describe('the JavaScript of docs/sdk.md', () => {
  it.each<[string, string, object]>([
    ['Track', '{ waiting: 0 }\n', { event_name: 'Purchase', event_id: 'purchase:1001' }],
    ['A server that runs', '{ waiting: 0 }\n', { event_name: 'Lead', event_id: 'lead:42' }],
    ['Express', 'Order 2002, event purchase:2002 1\n', { event_id: 'purchase:2002' }],
    ['Fastify', '{ eventId: ', { event_name: 'Contact' }],
  ])('%s: runs, and its event is counted', async (heading, output, event) => {
    const { events, printed } = await told(block(heading, 'js'))
    expect(printed).toContain(output)
    expect(events).toMatchObject([event])
  })

  it('Workers: answers, and the platform waits for the event', async () => {
    const worker = block('Hono, Workers, Bun, Deno', 'js').replace(
      'export default',
      'const worker =',
    )
    const { events, printed } = await told(`${worker}
      const work = []
      const headers = { 'sec-fetch-dest': 'document', 'cf-connecting-ip': '203.0.113.7' }
      const request = new Request('https://shop.example/', { headers })
      const ctx = { waitUntil: (promise) => work.push(promise) }
      const answer = await worker.fetch(request, process.env, ctx)
      console.log(answer.headers.getSetCookie().length, work.length, await Promise.all(work))`)
    expect(printed).toBe('1 1 [ { waiting: 0 } ]\n')
    expect(events).toMatchObject([{ user_data: { client_ip_address: '203.0.113.7' } }])
  })

  async function told(program: string) {
    const { dataset_id, access_token } = await server.createDataset()
    const file = join(shop, `${dataset_id}.mjs`)
    writeFileSync(file, program)
    const { stdout } = await run(process.execPath, [file], {
      cwd: shop,
      env: { ...process.env, TWOFOLD_URL: server.url, DATASET: dataset_id, TOKEN: access_token },
    })
    const path = `/api/datasets/${dataset_id}/events`
    const { events } = await server.api<EventsAnswer>('GET', path)
    return { events, printed: stdout }
  }
})

it('the TypeScript of docs/sdk.md compiles', () => {
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  const files = blocks.map((text, index) => {
    // The one that the others import.
    const name = text.includes('export const next =') ? 'twofold.ts' : `block-${index}.ts`
    writeFileSync(join(shop, name), text.replace(/'(\.\.?\/)+twofold'/, "'./twofold'"))
    return name
  })
  // What is used of Next, which is too large to install for this.
  writeFileSync(
    join(shop, 'next.d.ts'),
    `declare module 'next/server' {
      export function after(work: Promise<unknown> | (() => unknown)): void
      export class NextResponse extends Response { static next(): NextResponse }
    }`,
  )
  const compilerOptions = {
    ...{ module: 'esnext', moduleResolution: 'bundler', target: 'es2022', strict: true },
    ...{ noEmit: true, skipLibCheck: true, types: ['node'] },
  }
  const config = JSON.stringify({ compilerOptions, files: [...files, 'next.d.ts'] })
  writeFileSync(join(shop, 'tsconfig.json'), config)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', shop], { encoding: 'utf8' })
  expect(stdout).toBe('')
  expect(files).toContain('twofold.ts')
})
