import { describe, expect, it } from 'vitest'
import type { UserData } from '../event/shape.ts'
import { eventsOfPerson, type NamedEvent, personScope, valuesOf } from './person-events.ts'

const user = (text: string): UserData => {
  const data: Record<string, string | string[]> = {}
  for (const part of text.split(' ').filter(Boolean)) {
    const [key = '', value = ''] = part.split(':')
    if (key === 'fbp') data.fbp = value
    else data[key] = [...((data[key] as string[] | undefined) ?? []), value]
  }
  return data as UserData
}

const events = (...texts: string[]): NamedEvent[] =>
  texts.map((text, at) => ({ seq: at + 1, reports: text.split('|').map(user) }))

/** As the API does: those that carry a value asked for, then those that carry any of the scope. */
function found(asked: string[], all: readonly NamedEvent[]): number[] {
  const carrying = (values: readonly string[]) =>
    all.filter(({ reports }) =>
      reports.some((one) =>
        Object.values(one)
          .flat()
          .some((value) => values.includes(value)),
      ),
    )
  const scope = personScope(asked, carrying(asked))
  return eventsOfPerson(carrying(valuesOf(scope)), scope).map(({ seq }) => seq)
}

describe('events of a person', () => {
  it.each<[string, string[], string[], number[]]>([
    ['that name them', ['jo'], ['em:jo', 'em:ann', 'em:jo external_id:7'], [1, 3]],
    ['under what stands beside', ['jo'], ['em:jo external_id:7', 'external_id:7'], [1, 2]],
    ['of their browser before it was known', ['jo'], ['fbp:b1', 'fbp:b1 em:jo', 'fbp:b2'], [1, 2]],
    ['told by two reports', ['jo'], ['fbp:b1', 'fbp:b1|em:jo'], [1, 2]],
    [
      'not of a browser that another used too',
      ['jo'],
      ['fbp:b1', 'fbp:b1 em:jo', 'fbp:b1 em:ann'],
      [2],
    ],
    ['of a cookie that is asked for', ['b1'], ['fbp:b1', 'fbp:b1', 'fbp:b2'], [1, 2]],
    [
      'not through a value that many claim',
      ['shop'],
      ['a', 'b', 'c', 'd'].map((id) => `em:shop external_id:${id}`).concat('external_id:a'),
      [1, 2, 3, 4],
    ],
    ['of nobody', ['none'], ['em:jo'], []],
  ])('%s', (_what, asked, texts, seqs) => {
    expect(found(asked, events(...texts))).toEqual(seqs)
  })
})
