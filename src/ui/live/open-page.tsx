/** A page of the shop opened by a link with a code: the whole visit is then shown as a test. */
import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { TestLink } from '../../api/types.ts'
import { TEST_LINK_MS, urlWithCode } from '../../event/test-code.ts'
import { call } from '../api-client.ts'
import { domainsQuery } from '../domain-queries.ts'
import { CopyIcon } from '../parts/copy.tsx'
import type { Counting } from './sample-words.ts'

interface OpenPageProps {
  readonly datasetId: string
  readonly counting: Counting
  readonly sandbox: boolean
}

export function OpenPage({ datasetId, counting, sandbox }: OpenPageProps) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/test-events' })
  const { data: domains } = useQuery(domainsQuery(datasetId))
  const [chosen, setChosen] = useLocalStorage({ key: `twofold-test-page-${datasetId}` })
  const code = useFreshCode(datasetId, counting)
  const proven = domains?.find(({ state }) => state === 'proven')
  const page = chosen ?? (proven ? `https://${proven.domain}/` : '')
  const url = code === undefined ? undefined : urlWithCode(page, code)
  const follow = (): void =>
    void navigate({ search: (before) => ({ ...before, code }), resetScroll: false })
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        Visit your shop as a test
      </Title>
      <Text size="sm" c="dimmed">
        Opens the page with a code in its address. Everything the pixel reports of your visit, on
        this page and the next ones, carries the code for an hour and shows up below.
      </Text>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Page of the shop"
          placeholder="https://shop.com/"
          type="url"
          value={page}
          onChange={(event) => setChosen(event.currentTarget.value)}
          error={page !== '' && code && !url && 'Give the whole address, such as https://shop.com/'}
          flex="1 1 260px"
        />
        <Button
          component="a"
          href={url ?? '#'}
          target="_blank"
          rel="noopener noreferrer"
          disabled={!url}
          onClick={(event) => (url ? follow() : event.preventDefault())}
          leftSection={<IconExternalLink size={16} aria-hidden />}
        >
          Open the page
        </Button>
      </Group>
      {url && (
        <Group gap={4} wrap="nowrap">
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            Code {code}. For a phone or another browser, copy the link:
          </Text>
          <CopyIcon value={url} label="Copy the link with the code" />
        </Group>
      )}
      {counting === 'real' && sandbox && (
        <Text size="sm">
          This dataset keeps all tests in a sandbox (Settings), so the visit will not count.
        </Text>
      )}
    </Stack>
  )
}

/** Replaced while it still has most of its hour: a link is not opened the moment it is shown. */
function useFreshCode(datasetId: string, counting: Counting): string | undefined {
  const { data } = useQuery({
    queryKey: ['test-link', datasetId, counting],
    queryFn: () => call<TestLink>('POST', `/api/datasets/${datasetId}/test-links`, { counting }),
    staleTime: TEST_LINK_MS / 4,
    refetchInterval: TEST_LINK_MS / 4,
  })
  return data?.test_event_code
}
