/** What a page shows while it has nothing to show: loading, failed, not there. */
import { Alert, Button, EmptyState, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCompass, IconRefresh } from '@tabler/icons-react'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ApiError } from '../api-client.ts'
import { TextLink } from './links.tsx'

/** The server's own words and what to do about it. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const fix = error instanceof ApiError ? error.fix : 'Reload the page. If it stays, see the log.'
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={error instanceof Error ? error.message : String(error)}
      role="alert"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{fix}</Text>
        {onRetry && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={onRetry}
          >
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

export function PageError({ error }: ErrorComponentProps) {
  const router = useRouter()
  return <Failed error={error} onRetry={() => void router.invalidate()} />
}

/** The shape of a report before its numbers are there. */
export function PageLoading() {
  return (
    <Stack gap="lg" role="status" aria-label="Loading">
      <Skeleton height={32} width={220} />
      <Group grow>
        <Skeleton height={96} />
        <Skeleton height={96} visibleFrom="sm" />
        <Skeleton height={96} visibleFrom="sm" />
      </Group>
      <Skeleton height={280} />
    </Stack>
  )
}

export function PageNotFound() {
  return (
    <EmptyState
      py={80}
      icon={<IconCompass aria-hidden />}
      title="There is no such page"
      description="The address may be misspelt, or the dataset may have been deleted."
    >
      <TextLink to="/">Go to your datasets</TextLink>
    </EmptyState>
  )
}
