/**
 * Match keys from the form a visitor sends, for datasets that switched it on. Looks at a form only
 * when a button-like element is clicked, never at keystrokes, and never at fields that may hold a
 * password, a card or a social security number. What it returns is raw: fbq.ts hashes it at once.
 */

export type FormData = { [key: string]: string }

const BUTTONS = 'button,a,[type=submit],[role=button],[class*=btn],[class*=button]'
/** A page of thousand fields costs no more. */
const FIELDS_MAX = 60
const NEVER = /ssn|unique|cc|card|cv[cnv]|billing|secur|social|pass|hidden|file|box|radio/

/** What a field holds by its names, in the order of trying. An address shows by itself. */
const RULES: FormData = {
  fn: 'first|given|fname',
  ln: 'last|family|lname|surname',
  ph: 'tel|phone|mobile|contact',
  name: 'name',
  ct: 'city|town|level2',
  st: 'state|province|region|level1',
  ge: 'gender',
  zp: 'zip|post',
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
  /** Two values for one key are two people in one form: neither can be trusted. */
  const put = (key: string, value = ''): void => {
    data[key] = (data[key] ?? value) === value ? value : ''
  }
  const fields = [...root.querySelectorAll<HTMLInputElement>('input,select')].slice(0, FIELDS_MAX)
  for (const { type, id, name, placeholder, autocomplete, value } of fields) {
    const names = [type, id, name, placeholder, autocomplete].join(' ').toLowerCase()
    if (!value || NEVER.test(names)) continue
    const compact = names.replace(/[_-]/g, '')
    const known = Object.keys(RULES).find((key) => compact.match(RULES[key] as string))
    if (value.includes('@')) put('em', value)
    else if (known === 'name') {
      const parts = value.split(' ')
      put('fn', parts[0])
      put('ln', parts.at(-1))
    } else if (known) put(known, value)
  }
  return data
}
