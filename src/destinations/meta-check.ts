/**
 * What Meta is certain to refuse, told before it sinks a batch: with Meta's own code, and without a
 * request. Only rules that an event alone decides and that Meta is known to enforce; all else is
 * left to Meta's answer. A Purchase that lacks its value may still be completed by its twin, so
 * this is asked when an event leaves, never when it is accepted.
 */
import { isTooBroadSet } from '../event/parse-user-data.ts'
import { PROBLEMS, type ProblemReason } from '../event/problems.ts'
import type { ServerEvent, UserData } from '../event/shape.ts'
import type { Outcome } from './destination.ts'

export function refusedBeforehand(event: ServerEvent<UserData>): Outcome | undefined {
  const reason = reasonFor(event)
  if (!reason) return undefined
  const { code, subcode, title, userMessage } = PROBLEMS[reason]
  const detail = `${title}: ${userMessage} Found here, not sent: Meta refuses a batch for it.`
  return { state: 'rejected', code: `${code}/${subcode}`, detail }
}

type Known = Extract<
  ProblemReason,
  'missing_value' | 'missing_currency' | 'not_enough_user_data' | 'messaging_missing_id'
>

/** In Meta's order as far as it is known: match keys before custom_data. */
function reasonFor({
  event_name,
  action_source,
  messaging_channel,
  user_data: user,
  custom_data: custom,
}: ServerEvent<UserData>): Known | undefined {
  const keys = Object.keys(user).filter((key) => user[key as keyof UserData]?.length)
  if (isTooBroadSet(keys)) return 'not_enough_user_data'
  if (event_name === 'Purchase' && custom?.value === undefined) return 'missing_value'
  if (event_name === 'Purchase' && !custom?.currency) return 'missing_currency'
  const isWhatsapp = action_source === 'business_messaging' && messaging_channel === 'whatsapp'
  if (isWhatsapp && !user.page_id && !user.whatsapp_business_account_id) {
    return 'messaging_missing_id'
  }
  return undefined
}
