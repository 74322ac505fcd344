/** How a command ends: exit codes that scripts can rely on, and errors that say what to do. */
import { ERRORS, TwofoldError } from '../errors.ts'

export const EXIT = {
  ok: 0,
  /** A check failed, or the server could not do it. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** No server answers (EX_UNAVAILABLE of sysexits.h). */
  unreachable: 69,
  /** No token, or one that may not (EX_NOPERM of sysexits.h). */
  denied: 77,
} as const

type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** An expected failure of a command: shown as two lines, never with a stack trace. */
export class CliError extends Error {
  readonly exit: ExitCode
  readonly code: string
  /** What to do about it. */
  readonly fix: string | undefined
  constructor(exit: ExitCode, code: string, texts: { message: string; fix?: string | undefined }) {
    super(texts.message)
    this.name = 'CliError'
    this.exit = exit
    this.code = code
    this.fix = texts.fix
  }
}

export function wrongUsage(message: string, fix?: string): CliError {
  return new CliError(EXIT.usage, 'wrong_usage', { message, fix })
}

/** Any error as one a person can read. A defect of ours keeps its message, without its stack. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (error instanceof TwofoldError) {
    const exit = error.code === 'invalid_request' ? EXIT.usage : EXIT.failed
    const { message, fix } = ERRORS[error.code]
    const text = error.code === 'invalid_request' && error.detail ? error.detail : error.message
    return new CliError(exit, error.code, { message: text || message, fix: fixOf(error, fix) })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new CliError(EXIT.failed, systemCode(error) ?? 'internal', { message })
}

/** Such as EADDRINUSE. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** "The detail names the field" helps nobody who reads nothing but the detail. */
function fixOf({ code }: TwofoldError, fix: string): string | undefined {
  return code === 'invalid_request' ? undefined : fix
}
