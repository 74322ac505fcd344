/**
 * What to click at the platform, with the address and the secret to paste, and the wait after it.
 */
import { Alert, Button, Code, Group, Loader, PasswordInput, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectionMadeAnswer, ConnectionShown, SourceTypeView } from '../../api/types.ts'
import { CopyIcon, Secret } from '../parts/copy.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { sessionQuery } from '../queries.ts'
import { madeKey, updateConnection } from '../source-queries.ts'
import classes from './sources.module.css'

interface SetupProps {
  readonly connection: ConnectionShown
  readonly type: SourceTypeView
  readonly locked: boolean
}

export function SetupSection({ connection, type, locked }: SetupProps) {
  const { data: made } = useQuery<ConnectionMadeAnswer | null>({
    queryKey: madeKey(connection.connection_id),
    queryFn: () => null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const url = useAddress(connection)
  const address = made?.url_with_key ? `${url}?key=${made.secret}` : url
  const isKept = type.secret.by === 'url' && !made?.url_with_key
  return (
    <Section
      title={`At ${type.title}`}
      hint={
        connection.last_received_ms === null
          ? 'A few clicks there, then the first delivery shows up here by itself.'
          : 'As it was set up. The address stays the same.'
      }
    >
      {/\/\/(localhost|127\.|\[::1\])/.test(url) && (
        <Text size="sm" c="dimmed">
          Only this computer reaches the address below. For a real platform start the server with
          TWOFOLD_PUBLIC_URL set to its own.
        </Text>
      )}
      <ol className={classes.steps}>
        {type.setup.map((step) => (
          <li key={step}>
            <Step text={step} address={address} secret={made?.secret ?? undefined} />
          </li>
        ))}
      </ol>
      {isKept && (
        <Text size="sm" c="dimmed">
          The address ends in ?key= and the key that was shown when this was made. Lost it? Enter a
          key of your own below and use that.
        </Text>
      )}
      {made?.secret && type.secret.by === 'header' && (
        <Stack gap={4}>
          <Text size="sm" fw={550}>
            {type.secret.label}: shown this once
          </Text>
          <Secret value={made.secret} label="Secret" />
        </Stack>
      )}
      <SecretForm connection={connection} type={type} locked={locked} />
      <Waiting connection={connection} />
    </Section>
  )
}

/** As the outside reaches this server. */
function useAddress({ url }: ConnectionShown): string {
  const { data: session } = useQuery(sessionQuery)
  const origin = session?.public_url ?? window.location.origin
  return `${origin}${new URL(url).pathname}`
}

/** `{url}` and `{secret}` as text to copy. */
function Step({
  text,
  address,
  secret,
}: {
  text: string
  address: string
  secret?: string | undefined
}) {
  const parts = text.split(/(\{url\}|\{secret\})/)
  return (
    <>
      {parts.map((part) => {
        if (part === '{url}') return <Value key={part} text={address} label="Copy the address" />
        if (part !== '{secret}') return part
        return secret ? (
          <Value key={part} text={secret} label="Copy the secret" />
        ) : (
          <Code key={part}>the secret shown when this was made</Code>
        )
      })}
    </>
  )
}

function Value({ text, label }: { text: string; label: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex" maw="100%">
      <Code style={{ overflowWrap: 'anywhere' }} data-testid={label}>
        {text}
      </Code>
      <CopyIcon value={text} label={label} />
    </Group>
  )
}

/** Two secrets are valid side by side, so that one can replace the other without a gap. */
function SecretForm({ connection, type, locked }: SetupProps) {
  const { dataset_id, connection_id, needs_secret, settings } = connection
  const stored = (settings.secrets ?? []) as readonly string[]
  const [secret, setSecret] = useState('')
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      updateConnection(dataset_id, connection_id, {
        settings: { secrets: [secret, ...stored.slice(0, 1)] },
      }),
    onSuccess: async () => {
      setSecret('')
      await cache.invalidateQueries({ queryKey: ['connections'] })
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        save.mutate()
      }}
    >
      <Stack gap="sm" maw={560}>
        <PasswordInput
          label={type.secret.label}
          description={
            stored.length > 0
              ? `Stored: ${stored.join(', ')}. A new one is valid beside the one before it.`
              : 'Stored encrypted, never shown again. Until it is here, deliveries are refused.'
          }
          autoComplete="off"
          disabled={locked}
          value={secret}
          onChange={(change) => setSecret(change.currentTarget.value.trim())}
        />
        {save.error && <Failed error={save.error} />}
        <Group>
          <Button
            type="submit"
            variant={needs_secret ? 'filled' : 'default'}
            loading={save.isPending}
            disabled={locked || secret === ''}
          >
            {needs_secret ? 'Save the secret' : 'Change the secret'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Waiting({ connection }: { connection: ConnectionShown }) {
  const { last_received_ms: lastMs, enabled } = connection
  if (!enabled) return null
  if (lastMs === null) {
    return (
      <Group gap="sm" role="status" data-testid="waiting">
        <Loader size="sm" />
        <Text size="sm">Waiting for the first delivery. It shows up here by itself.</Text>
      </Group>
    )
  }
  return (
    <Alert
      variant="light"
      color="teal"
      icon={<IconCircleCheck aria-hidden />}
      data-testid="arrived"
    >
      It arrives: the last delivery came at <Time ms={lastMs} as="moment" />.
    </Alert>
  )
}
