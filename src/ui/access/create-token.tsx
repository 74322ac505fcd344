/** The button that makes a token: what for, how long, a note; then the token, once. */
import { Button, Group, Modal, Radio, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenView } from '../../api/types.ts'
import { createToken, tokensQuery } from '../access-queries.ts'
import { Failed } from '../parts/states.tsx'
import { NewToken } from './token-list.tsx'
import { LIFETIMES, PURPOSE_WORDS, PURPOSES } from './token-words.ts'

interface CreateTokenProps {
  /** A dataset id, or `*` for the whole server. */
  readonly datasetId: string
  readonly mayAdminister: boolean
}

export function CreateToken(props: CreateTokenProps) {
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        New token
      </Button>
      <Modal opened={opened} onClose={close} title="New token" centered>
        <TokenForm {...props} onClose={close} />
      </Modal>
    </>
  )
}

function TokenForm({
  datasetId,
  mayAdminister,
  onClose,
}: CreateTokenProps & { onClose: () => void }) {
  const [purpose, setPurpose] = useState<TokenView['purpose']>(datasetId === '*' ? 'read' : 'send')
  const [name, setName] = useState('')
  const [days, setDays] = useState('0')
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: () =>
      createToken(datasetId, { purpose, name: name.trim(), expires_in_days: Number(days) || null }),
    onSuccess: () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  })
  if (create.data) return <NewToken token={create.data.token} onClose={onClose} />
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        create.mutate()
      }}
    >
      <Stack gap="md">
        <Radio.Group
          label="What for"
          value={purpose}
          onChange={(next) => setPurpose(PURPOSES.find((one) => one === next) ?? purpose)}
        >
          <Stack gap="sm" mt={6}>
            {PURPOSES.filter((one) => one !== 'admin' || mayAdminister).map((one) => (
              <Radio
                key={one}
                value={one}
                label={PURPOSE_WORDS[one].title}
                description={PURPOSE_WORDS[one].about}
              />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label="Note"
          description="Where it is used, so that you know it again."
          name="token-note"
          required
          maxLength={200}
          value={name}
          onChange={(change) => setName(change.currentTarget.value)}
        />
        <Select
          label="It works"
          allowDeselect={false}
          value={days}
          data={[...LIFETIMES]}
          onChange={(next) => setDays(next ?? days)}
        />
        {create.error && <Failed error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
