/**
 * The code of the Install page for PHP, Python, Ruby and Java under the languages themselves: each is
 * read by the language's own parser, and what needs no SDK is run as it is copied against a real
 * server, which counts the sale once. No language is left out: one that is missing fails, with what
 * to install.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventsAnswer } from '../../src/api/types.ts'
import { type Means, SERVERS } from '../../src/ui/install/servers.ts'
import type { SnippetContext } from '../../src/ui/install/snippets.ts'
import { startTwofold, type TestServer } from '../start.ts'

const run = promisify(execFile)
const PHP = process.env.TWOFOLD_PHP ?? 'php'

/** Only reads the file: without the SDK's classes it could not compile. */
const PARSE_JAVA = `
import com.sun.source.util.JavacTask;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

public class Parse {
  public static void main(String[] names) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var found = new DiagnosticCollector<JavaFileObject>();
    var files = compiler.getStandardFileManager(found, null, null);
    var sources = files.getJavaFileObjects(names);
    ((JavacTask) compiler.getTask(null, files, found, null, null, sources)).parse();
    found.getDiagnostics().forEach(System.err::println);
    System.exit(found.getDiagnostics().isEmpty() ? 0 : 1);
  }
}
`

interface Language {
  readonly name: 'php' | 'python' | 'ruby' | 'java'
  readonly file: string
  readonly debian: string
  readonly version: readonly [string, ...string[]]
  readonly parse: readonly [string, ...string[]]
  readonly start: readonly [string, ...string[]]
}

const LANGUAGES: readonly Language[] = [
  {
    ...{ name: 'php', file: 'purchase.php', debian: 'php-cli' },
    ...{ version: [PHP, '-v'], parse: [PHP, '-l'], start: [PHP] },
  },
  {
    ...{ name: 'python', file: 'purchase.py', debian: 'python3', version: ['python3', '-V'] },
    parse: ['python3', '-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())'],
    start: ['python3'],
  },
  {
    ...{ name: 'ruby', file: 'purchase.rb', debian: 'ruby' },
    ...{ version: ['ruby', '-v'], parse: ['ruby', '-wc'], start: ['ruby'] },
  },
  {
    ...{ name: 'java', file: 'Purchase.java', debian: 'default-jdk-headless' },
    ...{ version: ['javac', '-version'], parse: ['java', 'Parse.java'], start: ['java'] },
  },
]
const CASES = LANGUAGES.flatMap((language) =>
  (['sdk', 'http'] as const).map((means) => [language.name, means, language] as const),
)

let server: TestServer
let folder: string
let context: SnippetContext

beforeAll(async () => {
  const missing = LANGUAGES.filter(({ version: [command, ...words] }) => {
    try {
      execFileSync(command, words, { stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })
  if (missing.length > 0) {
    const packages = missing.map(({ debian }) => debian).join(' ')
    throw new Error(
      `The code for servers is tested under its own languages, and here is no ` +
        `${missing.map(({ name }) => name).join(', no ')}. Install it (on Debian: apt-get install ` +
        `${packages}) and run the test again.`,
    )
  }
  server = await startTwofold()
  folder = mkdtempSync(join(tmpdir(), 'twofold-snippets-'))
  writeFileSync(join(folder, 'Parse.java'), PARSE_JAVA)
})

beforeEach(async () => {
  const { dataset_id, access_token } = await server.createDataset()
  context = { origin: server.url, datasetId: dataset_id, token: access_token }
})

afterAll(async () => {
  await server?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

function write({ name, file }: Language, means: Means): void {
  writeFileSync(join(folder, file), SERVERS[name].code(context, means).code)
}

async function ran([command, ...words]: readonly [string, ...string[]], file: string) {
  const env = { ...process.env, TWOFOLD_TOKEN: context.token }
  return run(command, [...words, file], { cwd: folder, env })
}

describe('the code for a server', () => {
  it.each(CASES)('%s, %s: is understood by the language', async (_, means, language) => {
    write(language, means)
    const { stderr } = await ran(language.parse, language.file)
    expect(stderr).toBe('')
    writeFileSync(
      join(folder, language.file),
      `${SERVERS[language.name].code(context, means).code}\n)(`,
    )
    await expect(ran(language.parse, language.file)).rejects.toThrow()
  })

  it.each(LANGUAGES.map((language) => [language.name, language] as const))(
    '%s, without an SDK: its sale is counted, once however often it runs',
    async (_, language) => {
      write(language, 'http')
      expect((await ran(language.start, language.file)).stdout).toContain('"events_received"')
      await ran(language.start, language.file)
      const path = `/api/datasets/${context.datasetId}/events`
      const { events } = await server.api<EventsAnswer>('GET', path)
      expect(events).toMatchObject([
        {
          event_id: 'purchase:1001',
          custom_data: { value: 30.5, currency: 'EUR', order_id: '1001' },
          legs: [{ verdict: 'accepted' }, { verdict: 'duplicate' }],
        },
      ])
    },
  )
})
