/** My passkeys: which there are, add one, remove one. */
import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, PasskeyView } from '../../api/types.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import {
  addPasskey,
  PasskeyTrouble,
  passkeysQuery,
  passkeysWork,
  removePasskey,
} from '../passkey-queries.ts'
import classes from './access.module.css'

export function OwnPasskeys({ account }: { account: Account }) {
  const { data, error, refetch } = useQuery(passkeysQuery)
  return (
    <Section
      title="Passkeys"
      hint="Sign in with a finger, a face or the PIN of a device. Nothing to remember, nothing to steal from here."
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <Text c="dimmed">No passkey yet.</Text>}
      {data && data.length > 0 && (
        <ul className={classes.rows} aria-label="Passkeys">
          {data.map((passkey) => (
            <li key={passkey.passkey_id} data-testid="passkey">
              <Passkey passkey={passkey} />
            </li>
          ))}
        </ul>
      )}
      {passkeysWork() ? (
        <AddPasskey hasPassword={account.has_password} />
      ) : (
        <Text size="sm" c="dimmed">
          Passkeys belong to a host name. Open the Events Manager by https and its name, or as
          http://localhost on the same machine, to add one.
        </Text>
      )}
    </Section>
  )
}

function Passkey({ passkey }: { passkey: PasskeyView }) {
  const { passkey_id, name, host, created_at, used_at } = passkey
  const cache = useQueryClient()
  const remove = useMutation({
    mutationFn: (_: undefined) => removePasskey(passkey_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
  })
  return (
    <Group justify="space-between" gap="sm">
      <div className={classes.who}>
        <Text fw={600}>{name}</Text>
        <Text size="sm" c="dimmed">
          since <Time ms={created_at * 1000} as="moment" />,{' '}
          {used_at === null ? (
            'not used yet'
          ) : (
            <>
              last used <Time ms={used_at * 1000} as="moment" />
            </>
          )}
          {host !== location.hostname && `, works at ${host}`}
        </Text>
      </div>
      <Confirm
        label="Remove"
        title={`Remove the passkey ${name}?`}
        action="Remove the passkey"
        danger
        button={{ color: 'red', variant: 'subtle' }}
        work={remove}
      >
        It signs nobody in any more. The device still shows it: delete it there, too.
      </Confirm>
    </Group>
  )
}

function AddPasskey({ hasPassword }: { hasPassword: boolean }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const cache = useQueryClient()
  const add = useMutation({
    mutationFn: () => addPasskey(name.trim(), password),
    onSuccess: async () => {
      setName('')
      setPassword('')
      await cache.invalidateQueries({ queryKey: passkeysQuery.queryKey })
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        add.mutate()
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name of the passkey"
          placeholder="Such as: my laptop"
          name="passkey-name"
          autoComplete="off"
          required
          maxLength={100}
          value={name}
          onChange={(change) => setName(change.currentTarget.value)}
        />
        {hasPassword && (
          <PasswordInput
            label="Your password"
            name="passkey-password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(typed) => setPassword(typed.currentTarget.value)}
          />
        )}
        {add.error && <Trouble error={add.error} />}
        <Group>
          <Button
            type="submit"
            variant="default"
            leftSection={<IconFingerprint size={16} aria-hidden />}
            loading={add.isPending}
            disabled={name.trim() === ''}
          >
            Add a passkey
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Trouble({ error }: { error: Error }) {
  if (!(error instanceof PasskeyTrouble)) return <Failed error={error} />
  return (
    <Text size="sm" c="red" role="alert">
      {error.message}
    </Text>
  )
}
