/**
 * A program of a shop for sdk-delivery.test.ts, which ends it in every way: tracks the purchases
 * FROM to TO, keeps them in SPOOL, tells when it has, and lives until it is killed or has sent them.
 */
import { fileSpool } from '../../src/sdk/file-spool.ts'
import { createTwofold } from '../../src/sdk/main.ts'
import { closeOnSignals } from '../../src/sdk/node.ts'

const { URL = '', DATASET = '', TOKEN = '', SPOOL, FROM, TO, THEN } = process.env
const twofold = createTwofold({
  url: URL,
  dataset: DATASET,
  token: TOKEN,
  // Long: whatever arrives was sent because the program was asked to end.
  gatherMs: THEN === 'flush' ? 1 : 60_000,
  onError: ({ code, message }) => process.stderr.write(`${code}: ${message}\n`),
  ...(SPOOL ? { spool: fileSpool({ folder: SPOOL }) } : {}),
})
for (let order = Number(FROM); order < Number(TO); order++) {
  twofold.track('Purchase', { value: 10, currency: 'EUR', order_id: order })
}
closeOnSignals(twofold)
process.stdout.write('tracked\n')
if (THEN === 'flush') {
  const { waiting } = await twofold.flush()
  process.stdout.write(`waiting ${waiting}\n`)
  await twofold.close()
} else setInterval(() => undefined, 1000)
