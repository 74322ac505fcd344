/** The settings of the Pinterest destination, and its names for Meta's standard events. */
import { z } from 'zod'
import { actionSources, baseUrl, customEvents, eventNames, type NameTable } from './ads-event.ts'

export const pinterestSchema = z.strictObject({
  ad_account_id: z
    .string()
    .regex(/^\d{1,18}$/)
    .describe('The ad account’s number, as in the address of Ads Manager.'),
  access_token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('Made in Pinterest Ads Manager: Conversions, Conversions API, Generate new token.'),
  test: z.boolean().default(false).describe('Pinterest checks everything and records nothing.'),
  event_names: eventNames,
  custom_events: customEvents('skip', 'Pinterest has one name for all of them: custom.'),
  action_sources: actionSources.describe(
    'Which events are sent, by where they happened. What did not happen on the website is sent as ' +
      'offline, which Pinterest cannot deduplicate.',
  ),
  base_url: baseUrl('https://api.pinterest.com'),
})

export type PinterestSettings = z.infer<typeof pinterestSchema>

export const PINTEREST_NAMES: NameTable = {
  PageView: 'page_visit',
  AddPaymentInfo: 'add_payment_info',
  AddToCart: 'add_to_cart',
  AddToWishlist: 'add_to_wishlist',
  CompleteRegistration: 'signup',
  Contact: 'contact',
  CustomizeProduct: 'customize_product',
  FindLocation: 'find_location',
  InitiateCheckout: 'initiate_checkout',
  Lead: 'lead',
  Purchase: 'checkout',
  Schedule: 'schedule',
  Search: 'search',
  StartTrial: 'start_trial',
  SubmitApplication: 'submit_application',
  Subscribe: 'subscribe',
  ViewContent: 'view_content',
}
