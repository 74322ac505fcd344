/**
 * Match keys from the form a visitor sends, for datasets that switched it on. Looks at a form only
 * when a button-like element is clicked, never at keystrokes, and never at fields that may hold a
 * password, a card or a social security number. What it returns is raw: fbq.ts hashes it at once.
 */

export type FormData = { [key: string]: string }

const BUTTONS =
  'button,a,[type=button],[type=submit],[type=image],[role=button],[class*=btn],[class*=button],[class*=submit]'
/** A page of thousand fields costs no more. */
const FIELDS_MAX = 60
const NEVER = /ssn|unique|cc|card|cvv|cvc|cvn|billing|security|social|pass|hidden|file|box|radio/

/** The first rule that a field's names fit decides what it holds; an address shows by itself. */
const RULES: FormData = {
  em: '@',
  fn: 'first|given|fname',
  ln: 'last|family|lname|surname',
  ph: 'tel|phone|mobile|contact',
  name: 'name',
  ct: 'city|town|level2',
  st: 'state|province|region|level1',
  ge: 'gender',
  zp: 'zip|postal|postcode',
}

/** Calls `clicked` with a way to read the form around a clicked button. */
export function watchForms(clicked: (read: () => FormData) => void): void {
  document.addEventListener(
    'click',
    ({ target }) => {
      const button = (target as Element).closest?.(BUTTONS)
      if (button) clicked(() => readForm(button.closest('form') ?? document))
    },
    true,
  )
}

function readForm(root: ParentNode): FormData {
  const data: FormData = {}
  const fields = [...root.querySelectorAll<HTMLInputElement>('input,select')]
  for (const { type, id, name, placeholder, autocomplete, value } of fields.slice(0, FIELDS_MAX)) {
    const names = `${type} ${id} ${name}`.toLowerCase()
    if (!value || NEVER.test(names)) continue
    const hints = value.includes('@') ? '@' : names + ` ${placeholder} ${autocomplete}`
    const compact = hints.toLowerCase().replace(/[_-]/g, '')
    for (const key in RULES) {
      if (!RegExp(RULES[key] as string).test(compact)) continue
      if (key !== 'name') put(key, value)
      else {
        put('fn', value.replace(/ .*/, ''))
        put('ln', value.replace(/.* /, ''))
      }
      break
    }
  }
  return data

  /** Two values for one key: two people in one form, so neither can be trusted. */
  function put(key: string, value: string): void {
    data[key] = (data[key] ?? value) === value ? value : ''
  }
}
