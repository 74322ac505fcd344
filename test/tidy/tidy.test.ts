/**
 * The house style as a test: which folder may import which, no cycles, no barrels, sizes, and the
 * calls that only the edges may make. The lists of exceptions may only shrink.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const code = tracked.filter((file) => /\.(ts|tsx)$/.test(file))
const sources = code.filter(
  (file) => file.startsWith('src/') && !/\.(test|fixture)\.tsx?$/.test(file),
)
const text = new Map(code.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
const read = (file: string): string => text.get(file) ?? ''

/** Who may import whom. A folder may always import itself; main.ts and the like see everything. */
const ARROWS: Record<string, readonly string[]> = {
  'src/event/': [],
  'src/pixel/': ['src/event/'],
  'src/sdk/': ['src/event/'],
  'src/rules/': ['src/event/'],
  'src/quality/': ['src/event/'],
  'src/identity/': ['src/event/'],
  'src/destinations/': ['src/event/'],
  'src/relay/': [
    'src/event/',
    'src/store/store.ts',
    'src/store/outbox.ts',
    'src/destinations/destination.ts',
  ],
  'src/sources/inbox/': [
    'src/event/',
    'src/ingest/ingest.ts',
    'src/relay/backoff.ts',
    'src/store/store.ts',
    'src/store/inbox.ts',
    'src/store/orders.ts',
  ],
  'src/sources/polling/': [
    'src/event/',
    'src/relay/backoff.ts',
    'src/store/store.ts',
    'src/store/inbox.ts',
    'src/store/orders.ts',
  ],
  'src/sources/catalog/': ['src/event/', 'src/store/store.ts', 'src/store/catalogs.ts'],
  'src/sources/offline/': [
    'src/event/',
    'src/ingest/ingest.ts',
    'src/store/store.ts',
    'src/store/inbox.ts',
  ],
  'src/sources/': ['src/event/'],
  'src/fake-meta/': ['src/event/'],
  'src/store/': ['src/event/'],
  'src/ingest/': ['src/event/', 'src/rules/', 'src/store/store.ts', 'src/store/outbox.ts'],
  'src/ledger/': [
    'src/event/',
    'src/rules/',
    'src/ingest/',
    'src/collector/',
    'src/store/store.ts',
  ],
  'src/watch/': [
    'src/event/',
    'src/quality/',
    'src/store/store.ts',
    'src/store/outbox.ts',
    'src/relay/view.ts',
    'src/destinations/webhook-signature.ts',
  ],
  'src/reconcile/': [
    'src/event/',
    'src/quality/wilson.ts',
    'src/ingest/ingest.ts',
    'src/sources/file-rows.ts',
    'src/sources/order-file.ts',
    'src/store/store.ts',
    'src/store/orders.ts',
    'src/store/outbox.ts',
  ],
  'src/access/': ['src/event/', 'src/store/store.ts'],
  'src/collector/': ['src/event/', 'src/ingest/', 'src/sources/source.ts'],
  'src/api/': [
    'src/event/',
    'src/rules/',
    'src/quality/',
    'src/identity/',
    'src/access/',
    'src/store/store.ts',
    'src/store/outbox.ts',
    'src/store/inbox.ts',
    'src/store/catalogs.ts',
    'src/store/orders.ts',
    'src/destinations/destination.ts',
    'src/sources/source.ts',
    'src/sources/inbox/view.ts',
    'src/sources/polling/view.ts',
    'src/sources/catalog/view.ts',
    'src/sources/offline/view.ts',
    'src/relay/view.ts',
    'src/relay/replay-view.ts',
    'src/reconcile/view.ts',
    'src/watch/view.ts',
    'src/watch/alert-settings.ts',
  ],
  'src/ui/': ['src/event/', 'src/api/types.ts'],
  'src/cli/': [
    'src/event/',
    'src/api/',
    'src/main.ts',
    'src/demo-load.ts',
    'src/integrations.ts',
    'src/fake-meta/',
    'src/sources/csv-reader.ts',
  ],
}
/** What any part of the server may import. */
const COMMON = [
  'src/config.ts',
  'src/limits.ts',
  'src/order-limits.ts',
  'src/catalog-limits.ts',
  'src/diagnostic-limits.ts',
  'src/enrich-limits.ts',
  'src/measured-limits.ts',
  'src/export-limits.ts',
  'src/errors.ts',
  'src/package-root.ts',
  'src/secret-box.ts',
  'src/secret-masks.ts',
  'src/secret-settings.ts',
  'src/serial.ts',
  'src/upload-time.ts',
]
const NOT_SERVER = ['src/event/', 'src/pixel/', 'src/sdk/', 'src/ui/']

/** Calls that only the edges may make, and where. */
const BANNED: readonly { call: RegExp; allowed: readonly string[]; instead: string }[] = [
  { call: /\bprocess\.env\b/, allowed: ['src/config.ts'], instead: 'config.ts' },
  {
    call: /\b(Date\.now|performance\.now|new Date\(\)|Math\.random|(?<!socket\.)setTimeout|setInterval)\b/,
    allowed: [
      ...['src/main.ts', 'src/ledger-thread.ts', 'src/pixel/', 'src/cli/', 'src/ui/'],
      'src/sdk/platform.ts',
    ],
    instead: 'a function passed in (nowMs, random, soon, every)',
  },
  {
    call: /(?<![.\w])fetch\(/,
    allowed: ['src/main.ts', 'src/pixel/', 'src/sdk/platform.ts', 'src/cli/', 'src/ui/'],
    instead: 'a fetch passed in',
  },
  {
    call: /\bconsole\./,
    allowed: ['src/cli/', 'src/pixel/', 'src/sdk/platform.ts'],
    instead: 'the logger passed in',
  },
]

/** Code that is shown to people and never run. */
const SHOWN = ['src/quality/diagnostics/snippets/', 'src/ui/install/node-snippets.ts']

const VAGUE = /(^|[-/])(manager|processor|service|helpers?|utils?|common)(-|\.|\/)/
const LINES_MAX = 400
const LINE_CHARS_MAX = 100

interface Import {
  readonly from: string
  readonly to: string
}

const imports = sources.flatMap((from) =>
  [...read(from).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    ([, path = '']): Import => ({ from, to: normalize(join(dirname(from), path)) }),
  ),
)

describe('arrows', () => {
  it('every import follows the map', () => {
    expect(imports.filter((edge) => !isAllowed(edge)).map(words)).toEqual([])
  })

  it('every folder of src/ is on the map', () => {
    const rooms = new Set(sources.map((file) => file.split('/').slice(0, 2).join('/')))
    const folders = [...rooms].filter((room) => !room.endsWith('.ts'))
    expect(folders.filter((folder) => !(`${folder}/` in ARROWS))).toEqual([])
    expect(folders.length).toBeLessThanOrEqual(20)
  })

  it('drivers never import each other', () => {
    const between = imports.filter(
      ({ from, to }) =>
        from.startsWith('src/store/drivers/') &&
        to.startsWith('src/store/drivers/') &&
        family(from) !== family(to),
    )
    expect(between.map(words)).toEqual([])
  })

  it('nothing imports in a circle, types included', () => {
    expect(cycles()).toEqual([])
  })

  it('event/, rules/ and quality/ are pure: no node modules', () => {
    const impure = sources.filter(
      (file) => /^src\/(event|rules|quality)\//.test(file) && /from 'node:/.test(read(file)),
    )
    expect(impure).toEqual([])
  })
})

describe('files', () => {
  it('are at most 400 lines long', () => {
    const long = code.filter((file) => read(file).split('\n').length - 1 > LINES_MAX)
    expect(long).toEqual([])
  })

  it('have lines of at most 100 characters', () => {
    const wide = sources.flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) =>
          line.length > LINE_CHARS_MAX && !/https?:|'[^']{60,}'|"[^"]{60,}"|`/.test(line)
            ? [`${file}:${index + 1}`]
            : [],
        ),
    )
    expect(wide).toEqual([])
  })

  it('are named in kebab case, after a noun', () => {
    const odd = code.filter((file) => !/^[a-z0-9-./]+$/.test(file) || VAGUE.test(file))
    expect(odd).toEqual([])
  })

  it('say at the top what they are', () => {
    const silent = sources.filter((file) => /\.ts$/.test(file) && !/^\/\*\*/.test(read(file)))
    expect(silent).toEqual([])
  })

  it('re-export nothing: no barrels', () => {
    expect(sources.filter((file) => /^export (\*|\{[^}]*\}) from/m.test(read(file)))).toEqual([])
  })

  it('leave the clock, chance, the network and the environment to the edges', () => {
    const own = sources.filter((file) => !SHOWN.some((path) => file.startsWith(path)))
    const calls = own.flatMap((file) =>
      BANNED.filter(
        ({ call, allowed }) =>
          call.test(codeOnly(read(file))) && !allowed.some((path) => file.startsWith(path)),
      ).map(({ instead }) => `${file}: use ${instead}`),
    )
    expect(calls).toEqual([])
  })

  it('hash for real in tests: what event/ once made of hashes is kept for all files', () => {
    const fakes = code.filter((file) =>
      read(file)
        .split('\n')
        .some((line) => /\bsha256: \(\w+\) =>/.test(line) && !/\(\s*'sha256'/.test(line)),
    )
    expect(fakes).toEqual([])
  })

  it('hold no loose ends and no path of one machine', () => {
    const words = new RegExp(`\\b(${['TO', 'FIX'].join('DO|')}ME)\\b|/work/`)
    expect(sources.filter((file) => words.test(read(file)))).toEqual([])
  })
})

function isAllowed({ from, to }: Import): boolean {
  const folder = Object.keys(ARROWS).find((prefix) => from.startsWith(prefix))
  if (!folder) return true
  if (to.startsWith(home(from))) return true
  const common = NOT_SERVER.some((prefix) => from.startsWith(prefix)) ? [] : COMMON
  return [...(ARROWS[folder] ?? []), ...common].some((prefix) => to.startsWith(prefix))
}

/** src/ui/x/y.tsx -> src/ui/ */
function home(file: string): string {
  return `${file.split('/').slice(0, 2).join('/')}/`
}

/** drivers/sqlite-keys.ts and drivers/sqlite.ts are one family. */
function family(file: string): string {
  return (file.split('/').at(-1) ?? '').replace(/\.ts$/, '').split('-')[0] ?? ''
}

function words({ from, to }: Import): string {
  return `${from} -> ${to}`
}

/** Without comments and quoted texts: advice may name what the code itself must not call. */
function codeOnly(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'[^'\n]*'|"[^"\n]*"/g, "''")
}

function cycles(): string[] {
  const next = Map.groupBy(imports, ({ from }) => from)
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    state.set(file, 'done')
  }
  for (const file of sources) visit(file, [])
  return found
}
