/** What the token of the server snippets is, and a way to make one. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { Secret } from '../parts/copy.tsx'
import { Failed } from '../parts/states.tsx'
import { createSendToken } from '../queries.ts'

interface SendTokenProps {
  readonly datasetId: string
  readonly token: string | undefined
  readonly onToken: (token: string) => void
  readonly mayCreate: boolean
}

export function SendToken({ datasetId, token, onToken, mayCreate }: SendTokenProps) {
  const create = useMutation({
    mutationFn: () => createSendToken(datasetId, 'Made on the Install page'),
    onSuccess: (made) => onToken(made.token),
  })
  if (token) {
    return (
      <Stack gap="xs">
        <Text size="sm">
          <b>Your token.</b> It is shown this once and filled in below. Keep it on your server.
        </Text>
        <Secret value={token} label="Token for sending to this dataset" />
      </Stack>
    )
  }
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm" flex="1 1 260px">
          <b>The token</b> lets your server send to this dataset, and nothing else. It belongs on
          the server, never into a page.
        </Text>
        {mayCreate && (
          <Button
            variant="light"
            leftSection={<IconKey size={16} aria-hidden />}
            loading={create.isPending}
            onClick={() => create.mutate()}
          >
            Make a token
          </Button>
        )}
      </Group>
      {create.error && <Failed error={create.error} />}
    </Stack>
  )
}
