/** `twofold serve`: starts the server in this process and stops it without losing anything. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Config, OPTIONS, readConfig } from '../config.ts'
import type { Running } from '../main.ts'
import { packageRoot } from '../package-root.ts'
import { declare } from './command.ts'
import { CliError, EXIT, systemCode } from './exit.ts'
import { note, say, sayJson } from './output.ts'

export type ServeFlags = Partial<Record<keyof typeof OPTIONS, string>> & { readonly json?: true }

export function addServe(program: Command): void {
  const command = declare(program, 'serve', {
    description: 'Start the server: pixel, Conversions API, Events Manager.',
    examples: ['twofold serve', 'twofold serve --port 9000 --data /var/lib/twofold'],
  })
  addServerOptions(command).action(async (flags: ServeFlags) => {
    const config = readConfig(flags)
    const running = await startServer(config)
    stopOnSignal(running)
    const { url, setupUrl } = running
    const public_url = config.publicUrl ?? null
    if (flags.json) sayJson({ url, public_url, setup_url: setupUrl ?? null })
    else for (const line of welcome(running, config)) say(line)
  })
}

/** One flag per option of config.ts that has one, under the name that readConfig knows. */
export function addServerOptions(
  command: Command,
  defaults: Partial<Record<keyof typeof OPTIONS, string>> = {},
): Command {
  for (const [name, option] of Object.entries(OPTIONS)) {
    if (!('flag' in option)) continue
    const fallback = defaults[name as keyof typeof OPTIONS] ?? option.default
    const origin = `[${option.variable}${fallback ? `, else ${fallback}` : ''}]`
    const declared = command.createOption(
      `${option.flag} <value>`,
      `${option.description} ${origin}`,
    )
    declared.attributeName = () => name
    command.addOption(declared)
  }
  return command
}

/** The composition root is loaded only here: other commands start without the whole server. */
export async function startServer(config: Config): Promise<Running> {
  const { start } = await import('../main.ts')
  try {
    const running = await start(config)
    void running.died.then(endWith)
    return running
  } catch (error) {
    throw startFailure(error, config) ?? error
  }
}

function startFailure(error: unknown, { host, port, dataDir }: Config): CliError | undefined {
  const code = systemCode(error)
  const failed = (message: string, fix: string): CliError =>
    new CliError(EXIT.failed, code ?? 'start_failed', { message, fix })
  const path = String((error as { path?: unknown } | null)?.path ?? '')
  if (code === 'EADDRINUSE') {
    return failed(
      `Port ${port} on ${host} is taken by another program.`,
      'Stop that program (maybe a Twofold that already runs), or take another port: --port 8081',
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return failed(`This machine has no address ${host}.`, 'Give --host 127.0.0.1 or 0.0.0.0.')
  }
  if (code === 'EACCES' && (error as { syscall?: unknown }).syscall === 'listen') {
    return failed(
      `Port ${port} is reserved for administrators.`,
      'Take one above 1023: --port 8080',
    )
  }
  if (code === 'ENOENT' && /[\\/]dist[\\/]/.test(path)) {
    return failed('The pages and the pixel are not built yet.', 'In a checkout run: npm run build')
  }
  if (code !== undefined && /^E(ACCES|ROFS|NOTDIR|EXIST|PERM|NOSPC)$/.test(code)) {
    return failed(
      `The data folder ${dataDir} cannot be used (${code}).`,
      'Check its owner, its mount and its free space, or give another one: --data FOLDER',
    )
  }
  return undefined
}

/** Behind a proxy people open the public address; the proxy needs the other one. */
function welcome({ url, setupUrl }: Running, { publicUrl = url }: Config): string[] {
  const open = `Twofold ${version()} is running. Open ${publicUrl} in your browser.`
  const running = publicUrl === url ? open : `${open} It listens on ${url}.`
  if (!setupUrl) return [running, 'Stop it with Ctrl-C.']
  return [
    running,
    '',
    'There is no account yet. This link makes the first, once:',
    `  ${setupUrl}`,
    '',
    'Stop it with Ctrl-C.',
  ]
}

/** The first signal stops it in order: what is queued is stored and answered. A second ends it. */
export function stopOnSignal(running: Running): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143)
    stopping = true
    note('Stopping: storing what has arrived. Once more ends it at once.')
    running.close().then(
      () => process.exit(EXIT.ok),
      (error: unknown) => {
        note(
          `twofold: it could not stop in order: ${error instanceof Error ? error.message : error}`,
        )
        process.exit(EXIT.failed)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** Nothing can be kept any more: better gone, and started anew, than refusing for ever. */
function endWith(error: Error): never {
  note(`twofold: the part that keeps the events has ended: ${error.message}`)
  process.exit(EXIT.failed)
}

export function version(): string {
  const file = join(packageRoot, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
