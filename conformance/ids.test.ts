/** Runs ids.json against eventId and against the one-liner that docs/event-ids.md gives to users. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventId } from '../src/event/ids.ts'
import ids from './ids.json' with { type: 'json' }

const guide = readFileSync(new URL('../docs/event-ids.md', import.meta.url), 'utf8')

describe('ids.json', () => {
  test.each(ids.cases)('$action $parts is $id', ({ action, parts, id }) => {
    expect(eventId(action, ...parts)).toBe(id)
  })
})

describe('docs/event-ids.md', () => {
  const source = /```js\n(const eventId =[\s\S]*?)```/.exec(guide)?.[1] ?? ''
  const documented = new Function(`${source}; return eventId`)() as typeof eventId
  const plain = ids.cases.filter(
    ({ action, id }) => id && !id.includes('=') && action.trim() === action,
  )

  test.each(plain)('the documented line makes $id', ({ action, parts, id }) => {
    expect(documented(action, ...parts)).toBe(id)
  })

  test('the table shows what eventId makes', () => {
    const rows = [...guide.matchAll(/^\| `eventId\((.*)\)` \| (?:`(.*)`|\(empty.*\)) \|$/gm)]
    expect(rows.length).toBeGreaterThan(3)
    for (const [, call, id = ''] of rows) {
      expect(new Function('eventId', `return eventId(${call})`)(eventId)).toBe(id)
    }
  })
})
