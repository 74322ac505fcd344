/** My account: name and address, password, passkeys, where I am signed in. */
import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Account } from '../../api/types.ts'
import { accountQuery, changePassword, updateAccount } from '../access-queries.ts'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { sessionQuery } from '../queries.ts'
import { NewPassword } from '../welcome/person-fields.tsx'
import { NoAccount } from './no-account.tsx'
import { OwnIdentities } from './own-identities.tsx'
import { OwnPasskeys } from './own-passkeys.tsx'
import { OwnSessions } from './own-sessions.tsx'

export function AccountPage() {
  const { data: session } = useQuery(sessionQuery)
  if (session && !session.person) return <NoAccount session={session} />
  return <OwnAccount />
}

function OwnAccount() {
  const { problem } = useSearch({ from: '/signed-in/account' })
  const { data, error, isPending, refetch } = useQuery(accountQuery)
  return (
    <Page title="My account" lead="It is yours in every business that you belong to.">
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && (
        <Stack gap="xl" maw={760}>
          <Profile account={data} />
          <Password account={data} />
          <OwnPasskeys account={data} />
          <OwnIdentities account={data} problem={problem} />
          <OwnSessions />
        </Stack>
      )}
    </Page>
  )
}

function Profile({ account }: { account: Account }) {
  const [name, setName] = useState(account.name)
  const [email, setEmail] = useState(account.email)
  const [password, setPassword] = useState('')
  const cache = useQueryClient()
  const isOtherEmail = email.trim().toLowerCase() !== account.email
  const save = useMutation({
    mutationFn: () =>
      updateAccount({
        name: name.trim(),
        ...(isOtherEmail ? { email: email.trim(), password } : {}),
      }),
    onSuccess: async (saved) => {
      cache.setQueryData(accountQuery.queryKey, saved)
      setEmail(saved.email)
      setPassword('')
      await cache.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  const dirty = name.trim() !== account.name || isOtherEmail
  return (
    <Section title="You">
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          save.mutate()
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Your name"
            name="name"
            autoComplete="name"
            required
            maxLength={100}
            value={name}
            onChange={(change) => setName(change.currentTarget.value)}
          />
          <TextInput
            label="E-mail address"
            description="You sign in with it."
            name="email"
            type="email"
            autoComplete="email"
            required
            value={email}
            onChange={(change) => setEmail(change.currentTarget.value)}
          />
          {isOtherEmail && account.has_password && (
            <PasswordInput
              label="Your password"
              description="To change the e-mail address."
              name="email-password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(typed) => setPassword(typed.currentTarget.value)}
            />
          )}
          {save.error && <Failed error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!dirty}>
              Save
            </Button>
            {save.isSuccess && !dirty && (
              <Text size="sm" c="dimmed" role="status">
                Saved.
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Section>
  )
}

function Password({ account }: { account: Account }) {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const cache = useQueryClient()
  const change = useMutation({
    mutationFn: () => changePassword({ current, password }),
    onSuccess: async () => {
      setCurrent('')
      setPassword('')
      await cache.invalidateQueries({ queryKey: accountQuery.queryKey })
    },
  })
  const { has_password } = account
  return (
    <Section
      title="Password"
      hint={
        has_password
          ? 'Changing it signs you out everywhere but here.'
          : 'You have none yet. Setting one signs you out everywhere but here.'
      }
    >
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          change.mutate()
        }}
      >
        <Stack gap="md">
          {/* For password managers: which account this is about. */}
          <input type="hidden" name="username" autoComplete="username" value={account.email} />
          {has_password && (
            <PasswordInput
              label="Password so far"
              name="current-password"
              autoComplete="current-password"
              required
              value={current}
              onChange={(typed) => setCurrent(typed.currentTarget.value)}
            />
          )}
          <NewPassword value={password} onChange={setPassword} />
          {change.error && <Failed error={change.error} />}
          <Group>
            <Button type="submit" loading={change.isPending}>
              {has_password ? 'Change the password' : 'Set a password'}
            </Button>
            {change.isSuccess && password === '' && (
              <Text size="sm" c="dimmed" role="status">
                Changed.
              </Text>
            )}
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
