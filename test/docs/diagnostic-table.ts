/** The table of docs/diagnostics.md, made of the checks themselves; run it to print the table. */
import { CHECKS } from '../../src/quality/diagnostics/table.ts'

export function diagnosticTable(): string {
  const rows = CHECKS.map(
    ({ code, title, severity, about, fix }) =>
      `| \`${code}\` | ${severity} | **${title}.** ${about} | ${fix} |`,
  )
  return ['| code | severity | what it means | what to do |', '|---|---|---|---|', ...rows].join(
    '\n',
  )
}

if (import.meta.main) process.stdout.write(`${diagnosticTable()}\n`)
