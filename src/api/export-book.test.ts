import { expect, it } from 'vitest'
import { EXPORTS_ENDED_MAX, EXPORTS_KEPT_MAX, EXPORTS_RUNNING_MAX } from '../export-limits.ts'
import { createExportBook, type ExportAsked, type ExportJob } from './export-book.ts'

const by = { kind: 'person', id: 'p_1', name: 'Ann' }
const asked = (dataset_id: string): ExportAsked => ({
  dataset_id,
  kind: 'events',
  format: 'csv',
  filters: {},
  by,
})

function opened() {
  const clock = { ms: 1000 }
  const book = createExportBook(() => clock.ms)
  return { clock, book }
}

it('knows how far each is, the newest first, and of one dataset only', () => {
  const { book, clock } = opened()
  const first = book.start(asked('1'))
  clock.ms = 2000
  book.start(asked('1'))
  book.start(asked('2'))
  first.wrote(200, 5000)
  first.wrote(50, 1000)
  first.reached(0.25)
  const [newer, older] = book.list('1')
  expect(newer).toMatchObject({ started_ms: 2000, rows: 0, share: null, state: 'running' })
  expect(older).toMatchObject({ started_ms: 1000, rows: 250, bytes: 6000, share: 0.25 })
  expect(book.list('1')).toHaveLength(2)
  expect(book.find('2', older?.export_id ?? '')).toBeUndefined()
})

it.each([
  ['done', { state: 'done', reason: null, share: 1 }],
  ['reader_left', { state: 'cut_off', reason: 'reader_left', share: null }],
  ['right_ended', { state: 'cut_off', reason: 'right_ended', share: null }],
  ['failed', { state: 'cut_off', reason: 'failed', share: null }],
] as const)('ends once, as %s, and stays so', (how, expected) => {
  const { book, clock } = opened()
  const job = book.start(asked('1'))
  clock.ms = 9000
  job.end(how)
  job.end('done')
  job.wrote(1, 1)
  book.cancel('1', book.list('1')[0]?.export_id ?? '')
  expect(book.list('1')).toEqual([
    expect.objectContaining({ ...expected, ended_ms: 9000, rows: 0 }),
  ])
})

it('stops the one that is cancelled, and no other', () => {
  const { book } = opened()
  const stopped: string[] = []
  const jobs: ExportJob[] = ['first', 'second'].map((name) => {
    const job = book.start(asked('1'))
    job.onCancel(() => stopped.push(name))
    return job
  })
  const [, first] = book.list('1')
  book.cancel('2', first?.export_id ?? '')
  expect(stopped).toEqual([])
  book.cancel('1', first?.export_id ?? '')
  book.cancel('1', first?.export_id ?? '')
  jobs[0]?.end('reader_left')
  expect(stopped).toEqual(['first'])
  expect(book.list('1').map(({ state, reason }) => [state, reason])).toEqual([
    ['running', null],
    ['cancelled', null],
  ])
})

it('stops one that was cancelled before it could be stopped, and none that ended', () => {
  const { book } = opened()
  const stopped: string[] = []
  const jobs = ['cancelled', 'failed'].map((name) => ({ name, job: book.start(asked('1')) }))
  const [, cancelled] = book.list('1')
  book.cancel('1', cancelled?.export_id ?? '')
  jobs[1]?.job.end('failed')
  for (const { name, job } of jobs) job.onCancel(() => stopped.push(name))
  expect(stopped).toEqual(['cancelled'])
})

it('lets so many run at once for a dataset, whatever others do', () => {
  const { book } = opened()
  const jobs = Array.from({ length: EXPORTS_RUNNING_MAX }, () => book.start(asked('1')))
  expect(() => book.start(asked('1'))).toThrow(
    expect.objectContaining({ code: 'too_many_exports' }),
  )
  book.start(asked('2'))
  jobs[0]?.end('done')
  book.start(asked('1'))
  expect(book.list('1')).toHaveLength(EXPORTS_RUNNING_MAX + 1)
})

it('forgets the oldest that have ended, and none that runs', () => {
  const { book } = opened()
  book.start(asked('1'))
  for (let n = 0; n < EXPORTS_KEPT_MAX + 5; n++) book.start(asked('1')).end('done')
  const states = book.list('1').map(({ state }) => state)
  expect(states).toHaveLength(EXPORTS_KEPT_MAX)
  expect(states.at(-1)).toBe('running')
  for (let n = 0; n < EXPORTS_ENDED_MAX; n++) book.start(asked(`other ${n}`)).end('done')
  expect(book.list('1').map(({ state }) => state)).toEqual(['running'])
})
