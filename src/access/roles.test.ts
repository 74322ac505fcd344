import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { NEEDS, type Role, roleAllows } from './roles.ts'

const ROLES: readonly Role[] = ['analyst', 'developer', 'admin', 'owner']

it('the roles allow what docs/access.md says, neither less nor more', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/access.md'), 'utf8')
  for (const need of NEEDS) {
    const row = page.split('\n').find((line) => line.includes(`(\`${need}\`) |`)) ?? ''
    const cells = row.split('|').slice(2, -1)
    const documented = cells.map((cell) => cell.trim() === 'yes')
    expect([need, documented]).toEqual([need, ROLES.map((role) => roleAllows(role, need))])
  }
})
