/**
 * The SDK as users get it, from npm's pack and from a running server: installed where nothing else
 * is, imported by plain Node and checked by their compiler. So it needs nothing of the server's.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSdk } from '../../scripts/build-sdk.ts'
import { startTwofold } from '../start.ts'

const root = join(import.meta.dirname, '../..')
const { exports, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string>
  version: string
}
const doors = Object.keys(exports)
  .filter((door) => door !== './package.json')
  .map((door) => door.replace('.', 'twofold'))

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'twofold-package-'))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

function newShop(name: string): string {
  const shop = join(place, name)
  mkdirSync(shop)
  writeFileSync(join(shop, 'package.json'), '{"type":"module","private":true}')
  return shop
}

/** All of Twofold, as npm would publish it; its dependencies are left out on purpose. */
function packed(): string {
  const source = join(place, 'source')
  mkdirSync(source)
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    cpSync(join(root, name), join(source, name))
  }
  buildSdk({ folder: join(source, 'dist/sdk'), checked: false })
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', place]
  const tarball = execFileSync('npm', pack, { cwd: source, encoding: 'utf8' }).trim()
  const shop = newShop('packed')
  const home = join(shop, 'node_modules/twofold')
  mkdirSync(home, { recursive: true })
  execFileSync('tar', ['-xzf', join(place, tarball), '-C', home, '--strip-components', '1'])
  return shop
}

/** The small one that a running server hands out, as the Install page says. */
async function installed(): Promise<string> {
  const server = await startTwofold()
  try {
    const answer = await fetch(`${server.url}/sdk.tgz`)
    expect(answer.headers.get('content-disposition')).toContain('twofold-sdk.tgz')
    const shop = newShop('installed')
    writeFileSync(join(shop, 'twofold-sdk.tgz'), Buffer.from(await answer.arrayBuffer()))
    const install = ['install', '--offline', '--no-audit', '--no-fund', './twofold-sdk.tgz']
    execFileSync('npm', install, { cwd: shop, encoding: 'utf8' })
    const home = join(shop, 'node_modules/twofold/package.json')
    expect(JSON.parse(readFileSync(home, 'utf8'))).toMatchObject({ version, exports })
    // Nothing came with it.
    expect(readdirSync(join(shop, 'node_modules')).filter((name) => name[0] !== '.')).toEqual([
      'twofold',
    ])
    return shop
  } finally {
    await server.close()
  }
}

describe.each([
  ['the package, packed by npm', packed, 'nodenext', 'nodenext'],
  ['what the server hands out, installed by npm', installed, 'esnext', 'bundler'],
] as const)('%s', (_, make, module, moduleResolution) => {
  let shop: string
  beforeAll(async () => {
    shop = await make()
  })

  it('is imported by plain Node, all of its doors, with nothing else installed', () => {
    const names = "names.push(...Object.keys(await import('DOOR')))"
    const lines = doors.map((door) => names.replace('DOOR', door))
    const program = ['const names = []', ...lines, 'console.log(names.join())'].join('\n')
    const args = ['--input-type=module', '-e', program]
    const output = execFileSync(process.execPath, args, { cwd: shop, encoding: 'utf8' })
    expect(output.trim().split(',').sort()).toEqual([
      'closeOnSignals',
      'createTwofold',
      'eventId',
      'eventId',
      'fileSpool',
      'twofoldExpress',
      'twofoldFastify',
      'twofoldHono',
      'twofoldNext',
    ])
  })

  it(`has types for ${module} modules`, () => {
    writeFileSync(join(shop, 'shop.ts'), CONSUMER)
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', strict: true, noEmit: true },
      // No types of Node: an edge has none.
      ...{ lib: ['es2022', 'dom'], types: [], skipLibCheck: false },
    }
    const config = JSON.stringify({ compilerOptions, files: ['shop.ts'] })
    writeFileSync(join(shop, 'tsconfig.json'), config)
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', shop], { encoding: 'utf8' })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })
})

/** What is right must compile, and what is wrong must not. */
const CONSUMER = `
import { createTwofold, eventId, type TwofoldProblem } from 'twofold/sdk'
import { eventId as idOfPage } from 'twofold/event-id'
import { twofoldExpress } from 'twofold/sdk/express'
import { twofoldHono, type TwofoldVariables } from 'twofold/sdk/hono'
import { twofoldNext } from 'twofold/sdk/next'
import { fileSpool } from 'twofold/sdk/file-spool'

const problems: TwofoldProblem[] = []
const twofold = createTwofold({
  url: 'https://events.shop.com',
  dataset: '581',
  token: 'secret',
  onError: (problem) => problems.push(problem),
  spool: fileSpool({ folder: 'spool' }),
})
const id: string = eventId('purchase', 17) + idOfPage('purchase', 17)
twofold.track('Purchase', { value: 30.5, currency: 'EUR', order_id: 17, gift_wrap: true })
twofold.track('Lead')
twofold.track('quote_sent', { pages: 3 }, { eventId: id, user: { em: ['a@b.de'], external_id: 7 } })
// @ts-expect-error A purchase without a currency.
twofold.track('Purchase', { value: 30.5 })
// @ts-expect-error A purchase of nothing.
twofold.track('Purchase')
// @ts-expect-error Meta's name of the key is em.
twofold.track('Lead', {}, { user: { email: 'a@b.de' } })
// @ts-expect-error No such source.
twofold.track('Lead', {}, { actionSource: 'newspaper' })
// @ts-expect-error A token is needed.
createTwofold({ url: 'https://events.shop.com', dataset: '581' })

export const middleware = twofoldExpress(twofold, { relay: '/t' })
export const hono = twofoldHono(twofold)
export type Variables = TwofoldVariables
export const POST = twofoldNext(twofold).handler(async (request, _context: object, tracker) => {
  const { eventId } = tracker.track('Lead', {}, { request })
  return Response.json({ eventId })
})
`
