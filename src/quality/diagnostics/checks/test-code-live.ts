/** Test codes in live traffic. */
import { shareCheck, withNote } from '../share.ts'
import { TEST_CODE } from '../snippets/test-code.ts'

export const testCodeLive = shareCheck({
  code: 'test_code_live',
  title: 'Test events among the real ones',
  severity: 'warning',
  about:
    'Reports that carry a test_event_code count as real events, here as at Meta. A code left in production marks real sales as tests, and a test left running adds sales that never were.',
  fix: 'Take the test code out of what runs for customers. Test with a dataset of its own.',
  snippets: TEST_CODE,
  of: 'together',
  metrics: ['note:test_code'],
  above: 0.0,
  says: 'carry a test code.',
  picks: withNote('test_code'),
})
