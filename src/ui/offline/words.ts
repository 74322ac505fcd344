/** What the page of imports calls things. */

export const SOURCES = [
  { value: 'physical_store', label: 'In the store' },
  { value: 'phone_call', label: 'By phone' },
  { value: 'email', label: 'By e-mail' },
  { value: 'chat', label: 'In a chat' },
  { value: 'system_generated', label: 'From the CRM' },
  { value: 'other', label: 'Somewhere else' },
] as const

export type Source = (typeof SOURCES)[number]['value']

/** In the order in which people look for them. */
export const COLUMNS: readonly (readonly [string, string])[] = [
  ['time', 'Time'],
  ['order_id', 'Order number'],
  ['value', 'Value'],
  ['currency', 'Currency'],
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['first_name', 'First name'],
  ['last_name', 'Last name'],
  ['city', 'City'],
  ['state', 'State'],
  ['zip', 'Postcode'],
  ['country', 'Country'],
  ['birth_date', 'Birth date'],
  ['gender', 'Gender'],
  ['external_id', 'Customer id'],
  ['lead_id', 'Lead id of Meta'],
  ['event_name', 'Event'],
  ['action_source', 'Where it happened'],
  ['consent', 'Consent'],
]

export const columnWord = (name: string): string =>
  COLUMNS.find(([column]) => column === name)?.[1] ?? name
