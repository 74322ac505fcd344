/** A question before what cannot be taken back. */
import { createInterface } from 'node:readline/promises'
import { wrongUsage } from './exit.ts'

/** Throws unless a person types yes; without a terminal, --yes has to be given. */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw wrongUsage(`${question} Add --yes to say so.`)
  const line = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await line.question(`${question} Type yes: `).finally(() => line.close())
  if (answer.trim().toLowerCase() !== 'yes') throw wrongUsage('Nothing was changed.')
}
