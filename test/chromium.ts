/**
 * A real Chromium for the tests: the system's, else the one inside an npm package, unpacked once
 * into the temporary folder. Throws, with what to do, where neither starts: no test is skipped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
} from 'playwright-core'

const ARGS = [
  // Containers often run as root, where the sandbox cannot; the pages are our own.
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** `extra`: further switches, such as host-resolver-rules. */
export async function launchChromium(extra: readonly string[] = []): Promise<Browser> {
  const args = [...ARGS, ...extra]
  const failures: string[] = []
  for (const executablePath of INSTALLED.filter((path) => existsSync(path))) {
    try {
      return await chromium.launch({ executablePath, args })
    } catch (error) {
      failures.push(`${executablePath}: ${error}`)
    }
  }
  try {
    const folder = await unpack()
    // The libraries that small images lack lie beside the program.
    const env = { ...process.env, LD_LIBRARY_PATH: join(folder, 'al2023/lib') }
    const executablePath = join(folder, 'chromium')
    return await chromium.launch({ executablePath, args: [...args, '--no-zygote'], env })
  } catch (error) {
    failures.push(`npm package @sparticuz/chromium: ${error}`)
  }
  throw new Error(
    'No Chromium starts here, and the browser tests need one. Install Chromium or Google Chrome ' +
      `(on Debian: apt-get install chromium) and run them again.\n${failures.join('\n')}`,
  )
}

/** A visitor with storage of their own, and the name of an ordinary browser. */
export async function newVisitor(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const version = browser.version().split('.')[0]
  return browser.newContext({
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      `Chrome/${version}.0.0.0 Safari/537.36`,
    ...options,
  })
}

/**
 * Unpacks the packaged program with its libraries and answers with the folder. The package unpacks
 * into the temporary folder and brings the libraries only where it believes to be in a cloud
 * function, so it is told so; a folder of its own, renamed when complete, makes it safe for two runs.
 */
async function unpack(): Promise<string> {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@sparticuz/chromium')
  const { version } = JSON.parse(readFileSync(join(entry, '../../../package.json'), 'utf8'))
  const folder = join(tmpdir(), `twofold-chromium-${version}`)
  if (existsSync(join(folder, 'chromium'))) return folder
  // Something cleaned the temporary folder, or stopped half way: what is left is of no use.
  rmSync(folder, { recursive: true, force: true })
  const staging = mkdtempSync(`${folder}-`)
  const program = `import('@sparticuz/chromium').then((found) => found.default.executablePath())`
  execFileSync(process.execPath, ['-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  })
  if (!existsSync(folder)) renameSync(staging, folder)
  return folder
}
