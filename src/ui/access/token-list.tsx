/** Tokens of a dataset or of the whole server: which there are, replace one, revoke one. */
import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { TokenView } from '../../api/types.ts'
import { revokeToken, rotateToken, tokensQuery } from '../access-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Secret } from '../parts/copy.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './access.module.css'
import { PURPOSE_WORDS } from './token-words.ts'

interface TokenListProps {
  /** A dataset id, or `*` for tokens of the whole server. */
  readonly datasetId: string
  readonly mayAdminister: boolean
}

export function TokenList({ datasetId, mayAdminister }: TokenListProps) {
  const { data, error, isPending, refetch } = useQuery(tokensQuery)
  if (isPending) return <PageLoading />
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  const own = data.filter(({ dataset_id }) => dataset_id === datasetId)
  if (own.length === 0) {
    return (
      <Group gap="sm" c="dimmed">
        <IconKey size={18} aria-hidden />
        <Text>No token yet. Make one to let a program in.</Text>
      </Group>
    )
  }
  return (
    <ul className={classes.rows} aria-label="Tokens">
      {own.toReversed().map((token) => (
        <li key={token.id} data-testid="token">
          <Row token={token} locked={token.purpose === 'admin' && !mayAdminister} />
        </li>
      ))}
    </ul>
  )
}

function Row({ token, locked }: { token: TokenView; locked: boolean }) {
  const { id, purpose, name, expires_at, replaced_by } = token
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: tokensQuery.queryKey })
  const rotate = useMutation({ mutationFn: (_: undefined) => rotateToken(id), onSuccess: refresh })
  const revoke = useMutation({ mutationFn: (_: undefined) => revokeToken(id), onSuccess: refresh })
  const isOver = expires_at !== null && expires_at * 1000 <= Date.now()
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <div className={classes.who}>
          <Group gap="xs">
            <Text fw={600}>{name || id}</Text>
            <Badge variant="light" size="sm" tt="none" color={isOver ? 'gray' : 'blue'}>
              {isOver ? 'Has ended' : PURPOSE_WORDS[purpose].title}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed">
            <Facts token={token} isOver={isOver} />
          </Text>
        </div>
        <Group gap="xs">
          {!isOver && replaced_by === null && (
            <Confirm
              label="Replace"
              title={`Replace ${name || id}?`}
              action="Make the new token"
              disabled={locked}
              work={rotate}
            >
              You get a new token that may do the same. This one goes on for 24 hours, so that you
              can put the new one in place without a gap.
            </Confirm>
          )}
          <Confirm
            label="Revoke"
            title={`Revoke ${name || id}?`}
            action="Revoke it"
            danger
            disabled={locked}
            button={{ variant: 'subtle', color: 'red' }}
            work={revoke}
          >
            Whatever uses it is refused from now on, and browsers signed in with it are signed out.
          </Confirm>
        </Group>
      </Group>
      {rotate.data && <NewToken token={rotate.data.token} />}
    </Stack>
  )
}

function Facts({ token, isOver }: { token: TokenView; isOver: boolean }) {
  const { made_by, created_at, expires_at, last_used_at, replaced_by } = token
  return (
    <>
      made <Time ms={created_at * 1000} as="moment" />
      {made_by && ` by ${made_by}`} ·{' '}
      {last_used_at === null ? (
        'never used'
      ) : (
        <>
          last used <Time ms={last_used_at * 1000} as="moment" />
        </>
      )}
      {expires_at !== null && (
        <>
          {replaced_by !== null && ' · replaced'}
          {isOver ? ' · ended ' : ' · ends '}
          <Time ms={expires_at * 1000} as="moment" />
        </>
      )}
    </>
  )
}

export function NewToken({ token, onClose }: { token: string; onClose?: () => void }) {
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Text size="sm">
          <b>The new token.</b> It is shown this once: keep it where you keep passwords.
        </Text>
        <Secret value={token} label="New token" />
        {onClose && (
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        )}
      </Stack>
    </Paper>
  )
}
