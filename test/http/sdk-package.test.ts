/**
 * The SDK as users get it: packed by npm, unpacked where nothing else is installed, imported by
 * plain Node and checked by their compiler. So it needs nothing that the server needs.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSdk } from '../../scripts/build-sdk.ts'

const root = join(import.meta.dirname, '../..')
let place: string
let shop: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'twofold-package-'))
  const source = join(place, 'source')
  mkdirSync(source)
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    cpSync(join(root, name), join(source, name))
  }
  buildSdk({ folder: join(source, 'dist/sdk'), checked: false })
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', place]
  const tarball = execFileSync('npm', pack, { cwd: source, encoding: 'utf8' }).trim()
  shop = join(place, 'shop')
  const home = join(shop, 'node_modules/twofold')
  mkdirSync(home, { recursive: true })
  execFileSync('tar', ['-xzf', join(place, tarball), '-C', home, '--strip-components', '1'])
  writeFileSync(join(shop, 'package.json'), '{"type":"module"}')
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const doors = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
  .filter((door) => door !== './package.json')
  .map((door) => door.replace('.', 'twofold'))

describe('the package', () => {
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

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types for %s modules, resolved by %s', (module, moduleResolution) => {
    writeFileSync(join(shop, 'shop.ts'), CONSUMER)
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', strict: true, noEmit: true },
      // No types of Node: an edge has none.
      ...{ lib: ['es2022', 'dom'], types: [], skipLibCheck: false },
    }
    writeFileSync(
      join(shop, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['shop.ts'] }),
    )
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
