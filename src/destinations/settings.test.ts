/** What the settings of all kinds have in common. */
import { expect, it } from 'vitest'
import type { Destination } from './destination.ts'
import { createFileDestination } from './file.ts'
import { ga4 } from './ga4.ts'
import { linkedin } from './linkedin.ts'
import { meta } from './meta.ts'
import { pinterest } from './pinterest.ts'
import { snapchat } from './snapchat.ts'
import { tiktok } from './tiktok.ts'
import { webhook } from './webhook.ts'

const file = createFileDestination({ folder: '/nowhere' })
const KINDS = [
  ...[meta, tiktok, ga4, pinterest, snapchat, linkedin, webhook, file],
] as readonly Destination[]

it.each(KINDS)('a misspelt setting of $name is refused by its name', ({ schema, examples }) => {
  const [example] = examples
  const settings = example?.settings as Record<string, unknown>
  expect(schema.safeParse(settings).success).toBe(true)
  for (const name of Object.keys(settings)) {
    const misspelt = `${name}s`
    const { [name]: value, ...rest } = settings
    const { error } = schema.safeParse({ ...rest, [misspelt]: value })
    expect(error?.message).toContain(`"${misspelt}`)
    expect(error?.issues.some(({ code }) => code === 'unrecognized_keys')).toBe(true)
  }
})
