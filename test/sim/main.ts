/** npm run sim -- [--days 7] [--seed N] [--driver sqlite|memory] [--per-day 1000] [--seeds 1] */
import { parseArgs } from 'node:util'
import { simulate } from './simulation.ts'

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    seeds: { type: 'string', default: '1' },
    driver: { type: 'string', default: 'sqlite' },
    'per-day': { type: 'string', default: '1000' },
  },
})
const driver = values.driver === 'memory' ? 'memory' : 'sqlite'
const [days, first, seeds] = [values.days, values.seed, values.seeds].map(Number) as [
  ...[number, number, number],
]
for (let seed = first; seed < first + seeds; seed++) {
  const started = performance.now()
  process.stdout.write(`seed ${seed}, ${days} days, ${driver}\n`)
  const perDay = Number(values['per-day'])
  const { problems, figures } = await simulate({ seed, days, driver, perDay })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`  ${JSON.stringify(figures)} in ${seconds} s\n`)
  for (const problem of problems) process.stdout.write(`  WRONG: ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}
