import { describe, expect, it } from 'vitest'
import { FINDINGS } from '../event/findings.ts'
import { PROBLEMS } from '../event/problems.ts'
import { notesOf } from './live/notes.ts'
import { matchKeyWords, reasonWords } from './words.ts'

describe('codes in words', () => {
  it.each([
    'bot',
    'gpc',
    'not_consented',
    'consent_unknown',
    'domain_not_allowed',
    ...Object.keys(PROBLEMS),
  ])('reason %s has a title and says more', (code) => {
    const { title, detail } = reasonWords(code)
    expect(title).not.toContain('_')
    expect(detail).not.toBe('')
  })

  it('shows an unknown code as it is', () => {
    expect(reasonWords('made_up_later').title).toBe('Made up later')
  })

  it('says which match keys are hashed', () => {
    expect([matchKeyWords('em'), matchKeyWords('fbp')]).toEqual([
      'E-mail (hashed)',
      'Browser cookie (fbp)',
    ])
  })

  it('tells each kind of finding once, whatever number of reports had it', () => {
    const finding = { code: 'hashed_here', key: 'em' }
    const leg = { channel: 'server', findings: [finding, { ...finding, key: 'ph' }] }
    const notes = notesOf({ legs: [leg, leg] } as never)
    expect(notes).toEqual([
      {
        code: 'hashed_here',
        title: FINDINGS.hashed_here.title,
        channels: 'Server',
        particulars: 'E-mail, Phone.',
        fix: FINDINGS.hashed_here.fix,
      },
    ])
  })
})
