/** Too many visitors with a wrong clock. */
import { shareCheck, withFinding } from '../share.ts'

export const clockOfVisitors = shareCheck({
  code: 'clock_of_visitors',
  title: 'Many visitors seem to have a wrong clock',
  severity: 'warning',
  about:
    'A few visitors always have a wrong clock. Where it is every third, it is this server’s clock that is wrong, and every time in the reports with it.',
  fix: 'Check the clock of the machine Twofold runs on: `timedatectl`, and turn NTP on.',
  of: 'together',
  side: 'browser',
  metrics: ['finding:clock_skew_corrected'],
  above: 0.3,
  says: 'had a clock more than five minutes off.',
  picks: withFinding('clock_skew_corrected'),
})
