/** A copy of the shop reports as if it were the shop. */
import { shareCheck, withNote } from '../share.ts'
import { TEST_CODE } from '../snippets/test-code.ts'

export const testSiteLive = shareCheck({
  code: 'test_site_live',
  title: 'A test site reports to the live dataset',
  severity: 'warning',
  about:
    'Pages of a development or staging site report to this dataset: their test orders count as sales.',
  fix: 'Give the test site a dataset of its own, or list the real sites under allowed domains in the settings.',
  snippets: TEST_CODE,
  of: 'together',
  metrics: ['note:test_host'],
  above: 0.005,
  says: 'come from localhost, a private network or a staging site.',
  picks: withNote('test_host'),
})
