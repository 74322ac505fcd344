/** What becomes of three events at LinkedIn: tests and docs/destinations/linkedin.md. */
import { CUSTOM, HASHES, LIMITED_SEARCH, PURCHASE } from './ads-examples.ts'
import type { Example } from './destination.ts'
import { type LinkedinSettings, linkedinSchema } from './linkedin-settings.ts'

const settings = linkedinSchema.parse({
  access_token: 'token-of-the-example',
  conversions: { Purchase: '104012', 'Tasting booked': 'urn:lla:llaPartnerConversion:104013' },
})

export const LINKEDIN_EXAMPLES: readonly Example<LinkedinSettings>[] = [
  {
    title: 'A purchase, matched by e-mail and by LinkedIn’s click id',
    settings,
    in: PURCHASE,
    out: {
      conversion: 'urn:lla:llaPartnerConversion:104012',
      conversionHappenedAt: 1_767_225_600_000,
      conversionValue: { currencyCode: 'EUR', amount: '59.9' },
      user: {
        userIds: [
          { idType: 'SHA256_EMAIL', idValue: HASHES.em },
          { idType: 'LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID', idValue: '3f2a-17' },
        ],
      },
      eventId: 'purchase:17',
    },
  },
  {
    title: 'A custom event with a rule of its own',
    settings,
    in: CUSTOM,
    out: {
      conversion: 'urn:lla:llaPartnerConversion:104013',
      conversionHappenedAt: 1_767_225_800_000,
      conversionValue: { currencyCode: 'EUR', amount: '15' },
      user: { userIds: [{ idType: 'SHA256_EMAIL', idValue: HASHES.em }] },
      eventId: 'booking:4',
    },
  },
  {
    title: 'Limited data is not sent: LinkedIn has no way to say so',
    settings: { ...settings, conversions: { Search: '104014' } },
    in: LIMITED_SEARCH,
    out: undefined,
  },
]
