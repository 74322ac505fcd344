/** The columns of an imported file in words: what was read from where, and as last time or not. */
import { CliError, EXIT } from './exit.ts'
import { plain, say } from './output.ts'

interface Columns {
  readonly columns: Readonly<Record<string, string>>
  readonly as_last_time: readonly string[]
}

export function sayColumns({ columns, as_last_time: last }: Columns): void {
  const read = Object.entries(columns).map(([what, name]) => `${what} from ${plain(name)}`)
  if (read.length > 0) say(`Read ${read.join(', ')}.`)
  if (last.length === 0) return
  say(`The mapping of last time holds for ${last.join(', ')}; --column WHAT=NAME changes it.`)
}

export function badHead(fault: { readonly column: string; readonly reason: string }): CliError {
  return new CliError(EXIT.failed, 'bad_head', {
    message: `Column ${plain(fault.column)}: ${fault.reason}`,
    fix: 'Name it with --column WHAT=NAME, such as --column "time=Sold at".',
  })
}
