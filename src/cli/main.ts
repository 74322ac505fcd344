/**
 * The command line: bin/twofold runs this. Every command stands in a file of its own; here they are
 * put together, and whatever goes wrong becomes two lines and an exit code.
 */
import { Command, CommanderError } from 'commander'
import { addAlerts } from './alerts.ts'
import { addBackup } from './backup.ts'
import { addBusinesses } from './business.ts'
import { addCatalog } from './catalog.ts'
import { declare } from './command.ts'
import { addConsents } from './consents.ts'
import { addDataset } from './dataset.ts'
import { addDeliveries, addRequeue } from './deliveries.ts'
import { addDemo } from './demo.ts'
import { addDestination } from './destination.ts'
import { addDiagnostics } from './diagnostics.ts'
import { addDoctor } from './doctor.ts'
import { addEvents } from './events.ts'
import { EXIT, toCliError } from './exit.ts'
import { addExplain } from './explain.ts'
import { addFakeMeta } from './fake-meta.ts'
import { addGtm } from './gtm.ts'
import { addHistory } from './history.ts'
import { addImport } from './import-orders.ts'
import { addIntegration } from './integration.ts'
import { note, plain, say, sayJson } from './output.ts'
import { addPeople } from './people.ts'
import { addQuality } from './quality.ts'
import { addReconcile } from './reconcile.ts'
import { addReplay } from './replay.ts'
import { addRules } from './rules.ts'
import { addSend } from './send.ts'
import { addServe, version } from './serve.ts'
import { addSource } from './source.ts'
import { addToken } from './token.ts'

const ENDING = `
Commands that talk to a server find it by TWOFOLD_URL and show TWOFOLD_ADMIN_TOKEN.
Exit codes: 0 done, 1 failed, 2 wrong usage, 69 no server answers, 77 not allowed.`

export function createProgram(): Command {
  const program = new Command('twofold')
    .description('Every conversion reported twice, counted once.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(see --help)')
    .addHelpText('after', ENDING)
    .exitOverride()
  addServe(program)
  addDemo(program)
  addDataset(program)
  addToken(program)
  addSend(program)
  addEvents(program)
  addRules(program)
  addReplay(program)
  addConsents(program)
  addExplain(program)
  addSource(program)
  addIntegration(program)
  addGtm(program)
  addImport(program)
  addReconcile(program)
  addCatalog(program)
  addDestination(program)
  addDeliveries(program)
  addRequeue(program)
  addQuality(program)
  addDiagnostics(program)
  addAlerts(program)
  addBusinesses(program)
  addPeople(program)
  addHistory(program)
  addDoctor(program)
  addBackup(program)
  addFakeMeta(program)
  addVersion(program)
  return program
}

function addVersion(program: Command): void {
  declare(program, 'version', {
    description: 'Say which Twofold and which Node this is.',
    examples: ['twofold version --json'],
  }).action(({ json }: { json?: true }) => {
    const own = { version: version(), node: process.version }
    if (json) sayJson(own)
    else say(`twofold ${own.version} (Node ${own.node})`)
  })
}

async function run(words: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(words, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said what was wrong; help asked for is not wrong.
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    }
    const { message, fix, code, exit } = toCliError(error)
    if (words.includes('--json')) note(JSON.stringify({ error: { code, message, fix } }))
    else note(`twofold: ${printable(message)}${fix ? `\n  ${printable(fix)}` : ''}`)
    return exit
  }
}

function printable(text: string): string {
  return text.split('\n').map(plain).join('\n  ')
}

if (import.meta.main) {
  // `twofold events | head` ends the reader before the writer: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.ok)
  })
  const code = await run(process.argv.slice(2))
  // A server that runs goes on. A failure ends at once, whatever is still open, but not before
  // everything that was said has left through its pipe.
  if (code !== EXIT.ok) {
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
  }
}
