/** The button that invites somebody: choose a role, get a link, hand it over. */
import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconUserPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Invited, RoleName } from '../../api/types.ts'
import { invitationsQuery, invite } from '../access-queries.ts'
import { Secret } from '../parts/copy.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { ROLE_WORDS, ROLES } from './role-words.ts'

interface InviteProps {
  readonly businessId: string
  readonly isOwner: boolean
}

export function InvitePerson(props: InviteProps) {
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={open}>
        Invite somebody
      </Button>
      <Modal opened={opened} onClose={close} title="Invite somebody" centered>
        <InviteForm {...props} onClose={close} />
      </Modal>
    </>
  )
}

function InviteForm({ businessId, isOwner, onClose }: InviteProps & { onClose: () => void }) {
  const [role, setRole] = useState<RoleName>('analyst')
  const [email, setEmail] = useState('')
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: () => invite(businessId, { role, email: email.trim() || null }),
    onSuccess: () => cache.invalidateQueries({ queryKey: invitationsQuery(businessId).queryKey }),
  })
  if (create.data) return <Done invited={create.data} onClose={onClose} />
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        create.mutate()
      }}
    >
      <Stack gap="md">
        <Radio.Group
          label="Role"
          value={role}
          onChange={(next) => setRole(ROLES.find((one) => one === next) ?? role)}
        >
          <Stack gap="sm" mt={6}>
            {ROLES.filter((one) => one !== 'owner' || isOwner).map((one) => (
              <Radio
                key={one}
                value={one}
                label={ROLE_WORDS[one].title}
                description={ROLE_WORDS[one].about}
              />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label="E-mail address"
          description="Optional. Then only this address can use the link. No mail is sent."
          type="email"
          name="invited-email"
          autoComplete="off"
          value={email}
          onChange={(change) => setEmail(change.currentTarget.value)}
        />
        {create.error && <Failed error={create.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Make the link
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Done({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Text size="sm">
        Send this link to {invited.email ?? 'the person'} yourself. It is shown this once, works
        once, and until <Time ms={invited.expires_at * 1000} as="moment" />.
      </Text>
      <Secret value={window.location.origin + invited.path} label="Invitation link" />
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
