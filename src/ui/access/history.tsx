/** Who changed what and when: of a business with all its datasets, to be read and exported. */
import { Button, EmptyState, Group, Menu, Paper, Stack, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { HistoryEntryView } from '../../api/types.ts'
import { historyPages, historyPath } from '../access-queries.ts'
import { ApiError } from '../api-client.ts'
import { ExportDropdown } from '../parts/export-dropdown.tsx'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Failed, PageLoading, PageNotFound } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetsQuery } from '../queries.ts'
import { ForAdmins, mayAdminister } from '../shell/no-entry.tsx'
import { type OwnBusiness, useOwnBusiness } from '../shell/use-business.ts'
import classes from './access.module.css'

export function HistoryPage() {
  const { businessId } = useParams({ from: '/signed-in/businesses/$businessId/history' })
  const business = useOwnBusiness(businessId)
  if (business && !mayAdminister(business)) return <ForAdmins title="History" business={business} />
  return <History businessId={businessId} business={business} />
}

interface HistoryProps {
  readonly businessId: string
  readonly business: OwnBusiness | undefined
}

function History({ businessId, business }: HistoryProps) {
  const history = useInfiniteQuery(historyPages(businessId))
  if (history.error instanceof ApiError && history.error.status === 404) return <PageNotFound />
  const entries = history.data?.pages.flatMap((page) => page.entries)
  return (
    <Page
      title="History"
      of={business?.name ?? ''}
      lead={`Who changed what in ${business?.name ?? 'this business'} and its datasets. Nothing in it can be changed.`}
      actions={entries && entries.length > 0 && <Export businessId={businessId} />}
    >
      {history.isPending && <PageLoading />}
      {history.error && <Failed error={history.error} onRetry={() => void history.refetch()} />}
      {entries?.length === 0 && (
        <EmptyState
          py={60}
          icon={<IconHistory aria-hidden />}
          title="Nothing was changed yet"
          description="Every change of settings, rules, destinations, tokens and people will stand here."
        />
      )}
      {entries && entries.length > 0 && (
        <Paper withBorder px={{ base: 'md', sm: 'lg' }} py="xs">
          <ul className={classes.rows} aria-label="Changes">
            {entries.map((entry) => (
              <li key={entry.no} data-testid="change">
                <Row entry={entry} />
              </li>
            ))}
          </ul>
        </Paper>
      )}
      {history.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            loading={history.isFetchingNextPage}
            onClick={() => void history.fetchNextPage()}
          >
            Show older changes
          </Button>
        </Group>
      )}
    </Page>
  )
}

function Row({ entry }: { entry: HistoryEntryView }) {
  const { at, by_kind, by_name, words, name, dataset_id, details } = entry
  const { data: datasets = [] } = useQuery(datasetsQuery)
  const dataset = datasets.find((one) => one.dataset_id === dataset_id)
  const facts = Object.entries(details)
    // Older entries say of a replay whether it was meant.
    .filter(([key, value]) => key !== 'dry_run' || value === true)
    .map(([key, value]) =>
      key === 'dry_run' ? 'dry run' : `${key.replaceAll('_', ' ')}: ${value}`,
    )
  return (
    <Group justify="space-between" align="flex-start" gap="xs">
      <Stack gap={2} className={classes.who} flex="1 1 260px">
        <Text>
          {words}
          {name && <b> {name}</b>}
        </Text>
        <Text size="sm" c="dimmed">
          {by_name || (by_kind === 'nobody' ? 'The server itself' : 'Somebody')}
          {by_kind === 'token' && ' (token)'}
          {dataset_id && ' · '}
          {dataset_id &&
            (dataset ? (
              <TextLink
                to="/datasets/$datasetId"
                params={{ datasetId: dataset.dataset_id }}
                size="sm"
              >
                {dataset.name}
              </TextLink>
            ) : (
              `dataset ${dataset_id}`
            ))}
        </Text>
        {facts.length > 0 && (
          <Text size="xs" c="dimmed">
            {facts.join(' · ')}
          </Text>
        )}
      </Stack>
      <Text size="sm" c="dimmed">
        <Time ms={at * 1000} as="moment" />
      </Text>
    </Group>
  )
}

function Export({ businessId }: { businessId: string }) {
  const path = historyPath(businessId)
  return (
    <ExportDropdown>
      <Menu.Item component="a" href={`${path}?format=csv`} download>
        As a table (CSV)
      </Menu.Item>
      <Menu.Item component="a" href={`${path}?format=ndjson`} download>
        As JSON lines
      </Menu.Item>
    </ExportDropdown>
  )
}
