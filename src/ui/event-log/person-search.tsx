/**
 * Looks for a person: what is typed is normalised and hashed on this page as ingest would, and only
 * the hashes are asked for. The clear text is neither sent nor put into the address.
 */
import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconUserSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { PersonKind, PersonValues } from '../../event/person-values.ts'
import { sha256 } from '../../event/sha256.ts'

const TYPING_MS = 400

const KIND_WORDS: Record<PersonKind, string> = {
  em: 'e-mail',
  ph: 'phone',
  external_id: 'customer id',
  hash: 'hash',
  cookie: 'browser cookie',
}

interface PersonSearchProps {
  /** Of the dataset: completes a phone number. */
  readonly country: string | null
  readonly onChange: (values: readonly string[]) => void
}

export function PersonSearch({ country, onChange }: PersonSearchProps) {
  const [found, setFound] = useState<PersonValues>()
  const search = useDebouncedCallback(async (typed: string) => {
    // Only who searches needs the tables of calling codes.
    const [{ personValues }, { callingCode }] = await Promise.all([
      import('../../event/person-values.ts'),
      import('../../event/calling-code.ts'),
    ])
    const code = callingCode(country)
    const next = personValues(typed, { sha256, ...(code ? { defaultCallingCode: code } : {}) })
    setFound(typed.trim() === '' ? undefined : next)
    onChange(next.values)
  }, TYPING_MS)
  return (
    <TextInput
      label="Person"
      placeholder="E-mail, phone or customer id"
      description={hintOf(found)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      leftSection={<IconUserSearch size={16} aria-hidden />}
      onChange={(change) => void search(change.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      flex="2 1 220px"
    />
  )
}

function hintOf(found: PersonValues | undefined): string {
  if (!found) return 'Hashed on this page; what you type stays here.'
  if (found.kinds.length === 0) return 'Nobody can be found by this: it is a placeholder.'
  const kinds = found.kinds.map((kind) => KIND_WORDS[kind]).join(' and as ')
  return `Looked for as ${kinds}${found.kinds.includes('cookie') ? '' : ', by its hash'}.`
}
