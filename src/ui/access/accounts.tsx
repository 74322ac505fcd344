/** For whoever runs the server: all businesses and accounts, lost passwords, removal. */
import { Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { PersonView } from '../../api/types.ts'
import { createBusiness, createPasswordLink, deletePerson, peopleQuery } from '../access-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Secret } from '../parts/copy.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { sessionQuery } from '../queries.ts'
import { ForOperators } from '../shell/no-entry.tsx'
import classes from './access.module.css'
import { CreateToken } from './create-token.tsx'
import { ROLE_WORDS } from './role-words.ts'
import { TokenList } from './token-list.tsx'

export function AccountsPage() {
  const { data: session } = useQuery(sessionQuery)
  if (session && !session.operator) return <ForOperators title="Accounts" />
  return <Accounts />
}

function Accounts() {
  const { data, error, isPending, refetch } = useQuery(peopleQuery)
  return (
    <Page
      title="Accounts"
      lead="Everybody who can sign in to this server, in whichever business."
      actions={<NewBusiness />}
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && (
        <Section title="Accounts" hint="New ones come by invitation, from the People page.">
          {data.length === 0 && (
            <Text c="dimmed">
              None yet. The setup link that the server prints at its start makes the first.
            </Text>
          )}
          <ul className={classes.rows}>
            {data.map((person) => (
              <li key={person.person_id} data-testid="account">
                <Row person={person} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section
        title="Tokens for everything"
        hint="They hold for every dataset of every business, later ones too."
        actions={<CreateToken datasetId="*" mayAdminister />}
      >
        <TokenList datasetId="*" mayAdminister />
      </Section>
    </Page>
  )
}

function Row({ person }: { person: PersonView }) {
  const { person_id, name, email, operator, businesses } = person
  const cache = useQueryClient()
  const link = useMutation({ mutationFn: () => createPasswordLink(person_id) })
  const remove = useMutation({
    mutationFn: (_: undefined) => deletePerson(person_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  })
  const roles = businesses.map((one) => `${one.name}: ${ROLE_WORDS[one.role].title}`)
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <div className={classes.who}>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {operator && (
              <Badge variant="light" size="sm" tt="none">
                Operator
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            {email} · {roles.join(', ') || 'in no business'}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
            Password link
          </Button>
          <Confirm
            label="Delete"
            title={`Delete the account of ${name}?`}
            action="Delete it"
            danger
            button={{ variant: 'subtle', color: 'red' }}
            work={remove}
          >
            {name} is signed out and leaves every business. The history keeps the name.
          </Confirm>
        </Group>
      </Group>
      {link.error && <Failed error={link.error} />}
      {link.data && (
        <Stack gap={4}>
          <Text size="sm">
            Hand this link to {name}. It sets a new password, once, until{' '}
            <Time ms={link.data.expires_at * 1000} as="moment" />.
          </Text>
          <Secret value={window.location.origin + link.data.path} label="Password link" />
        </Stack>
      )}
    </Stack>
  )
}

function NewBusiness() {
  const [opened, { open, close }] = useDisclosure()
  const [name, setName] = useState('')
  const cache = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () => createBusiness(name.trim()),
    onSuccess: async ({ business_id }) => {
      await cache.invalidateQueries({ queryKey: sessionQuery.queryKey })
      await navigate({
        to: '/businesses/$businessId/people',
        params: { businessId: business_id },
      })
    },
  })
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        New business
      </Button>
      <Modal opened={opened} onClose={close} title="New business" centered>
        <form
          onSubmit={(submit) => {
            submit.preventDefault()
            create.mutate()
          }}
        >
          <Stack gap="md">
            <TextInput
              label="Name"
              description="It owns datasets and has people of its own. Nobody of another sees them."
              name="business"
              required
              data-autofocus
              maxLength={100}
              value={name}
              onChange={(change) => setName(change.currentTarget.value)}
            />
            {create.error && <Failed error={create.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
                Create business
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
