/** The settings of the Snapchat destination, and its names for Meta's standard events. */
import { z } from 'zod'
import { actionSources, baseUrl, customEvents, eventNames, type NameTable } from './ads-event.ts'

export const snapchatSchema = z.strictObject({
  pixel_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{8,64}$/)
    .describe('The Snap Pixel’s id, as Events Manager shows it.'),
  access_token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('Made in Snap’s Business Manager: Business details, Conversions API tokens.'),
  test_event_code: z
    .string()
    .max(100)
    .optional()
    .describe('While set, everything is sent as a test: Snap shows it and counts none of it.'),
  event_names: eventNames,
  custom_events: customEvents('skip', 'Snap has CUSTOM_EVENT_1 to CUSTOM_EVENT_5 for them.'),
  action_sources: actionSources.describe(
    'Which events are sent, by where they happened. What did not happen on the website is sent as ' +
      'OFFLINE. App events need an app id of Snap’s and are never sent.',
  ),
  base_url: baseUrl('https://tr.snapchat.com'),
})

export type SnapchatSettings = z.infer<typeof snapchatSchema>

/** Where Snap has no event of that meaning, there is none here: name it in event_names. */
export const SNAPCHAT_NAMES: NameTable = {
  PageView: 'PAGE_VIEW',
  AddPaymentInfo: 'ADD_BILLING',
  AddToCart: 'ADD_CART',
  AddToWishlist: 'ADD_TO_WISHLIST',
  CompleteRegistration: 'SIGN_UP',
  InitiateCheckout: 'START_CHECKOUT',
  Purchase: 'PURCHASE',
  Search: 'SEARCH',
  StartTrial: 'START_TRIAL',
  Subscribe: 'SUBSCRIBE',
  ViewContent: 'VIEW_CONTENT',
}
