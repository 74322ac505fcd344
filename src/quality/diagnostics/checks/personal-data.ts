/** People in addresses and properties. */
import { shareCheck, withFinding } from '../share.ts'
import { PRIVACY } from '../snippets/privacy.ts'

export const personalData = shareCheck({
  code: 'personal_data',
  title: 'Personal data in addresses or properties',
  severity: 'error',
  about:
    'E-mail addresses, phones or passwords stand in page addresses or custom_data. They are removed before anything is stored here, but other scripts on the page see them, and Meta restricts datasets that send them.',
  fix: 'Submit forms with POST, link without personal parameters, and send people only in user_data, where they are hashed.',
  snippets: PRIVACY,
  of: 'together',
  metrics: ['finding:personal_data_removed'],
  above: 0.001,
  min: 10,
  says: 'held personal data where none belongs.',
  picks: withFinding('personal_data_removed'),
})
