/** One event on its own page: both reports, what was made of them, and where it went. */
import { Alert, Anchor, Badge, Code, Group, Stack, Text } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { EventStory } from '../../api/types.ts'
import { ApiError, call } from '../api-client.ts'
import { DeliveryRows } from '../deliveries/delivery-rows.tsx'
import { destinationsQuery } from '../destination-queries.ts'
import { countOf, formatMoney } from '../format.ts'
import { ConsentFacts } from '../live/consent-record.tsx'
import { Notes, Outcome } from '../live/event-details.tsx'
import { moneyOf, type Row } from '../live/rows.ts'
import { SentTable } from '../live/sent-table.tsx'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading, PageNotFound } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import { VERDICT_WORDS } from '../words.ts'

/** Deliveries go on while a person looks. */
const REFRESH_MS = 5_000

const storyQuery = (datasetId: string, id: string) =>
  queryOptions({
    queryKey: ['events', datasetId, 'story', id],
    queryFn: () => call<EventStory>('GET', `/api/datasets/${datasetId}/events/${id}`),
    refetchInterval: REFRESH_MS,
  })

export function EventStoryPage() {
  const { datasetId, eventId } = useParams({
    from: '/signed-in/datasets/$datasetId/events/$eventId',
  })
  const { data, error, refetch } = useQuery(storyQuery(datasetId, eventId))
  if (error instanceof ApiError && error.status === 404) return <PageNotFound />
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  const [first, ...later] = data?.event.legs ?? []
  if (!data || !first) return <PageLoading />
  return <Story story={data} row={{ seq: data.event.seq, legs: [first, ...later], seen: 0 }} />
}

function Story({ story, row }: { story: EventStory; row: Row }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { event, consent, rules } = story
  const money = moneyOf(row)
  return (
    <Page
      title={
        money ? `${event.event_name} ${formatMoney(money.value, money.currency)}` : event.event_name
      }
      of={dataset?.name ?? ''}
      lead={<Lead story={story} />}
      actions={
        <Group gap="lg">
          <Anchor href={`/api/datasets/${datasetId}/events/${event.id}`} target="_blank">
            As JSON
          </Anchor>
          <TextLink to="/datasets/$datasetId/events" params={{ datasetId }}>
            Event log
          </TextLink>
        </Group>
      }
    >
      <Stack gap="md">
        <Outcome row={row} />
        <Notes row={row} />
      </Stack>
      <Section
        title="Its reports, side by side"
        hint={
          row.legs.length > 1
            ? 'What each report said, and the event they became together. Later reports complete the first; the server’s value and currency win.'
            : 'What the one report said.'
        }
      >
        <SentTable legs={row.legs} {...(row.legs.length > 1 ? { event } : {})} />
      </Section>
      <WhereItWent story={story} />
      <Section title="Consent" hint="The record of the event, as the export of consents has it.">
        <ConsentFacts record={consent} />
      </Section>
      <Section title="Rules" hint={rulesHint(row)}>
        {rules.length === 0 ? (
          <Text size="sm" c="dimmed">
            No rule changed, routed or dropped it.
          </Text>
        ) : (
          <Stack gap={4}>
            {rules.map(({ id, name }) => (
              <Text size="sm" key={id}>
                {name || 'A rule without a name'} <Code>{id}</Code>
              </Text>
            ))}
          </Stack>
        )}
      </Section>
    </Page>
  )
}

function Lead({ story: { event } }: { story: EventStory }) {
  const order = event.custom_data?.order_id
  return (
    <Group gap="xs">
      <Badge tt="none" variant="light" color={event.verdict === 'rejected' ? 'red' : 'ink'}>
        {VERDICT_WORDS[event.verdict]}
      </Badge>
      <Text span inherit>
        Received <Time ms={event.received_at_ms} as="moment" />
        {order !== undefined && `, order ${String(order)}`}
        {event.event_id !== undefined && (
          <>
            , event id <Code>{event.event_id}</Code>
          </>
        )}
      </Text>
    </Group>
  )
}

function WhereItWent({ story: { event, deliveries } }: { story: EventStory }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: destinations = [] } = useQuery(destinationsQuery(datasetId))
  return (
    <Section
      title="Where it went"
      hint={
        deliveries.length > 0
          ? `${countOf(deliveries.length, 'delivery', 'deliveries')}. Open one for what was sent and answered.`
          : undefined
      }
    >
      {deliveries.length > 0 ? (
        <DeliveryRows
          datasetId={datasetId}
          deliveries={deliveries}
          destinations={destinations}
          isLoadingMore={false}
        />
      ) : (
        <Alert variant="default" icon={<IconBulb aria-hidden />}>
          {notSent(event.verdict, destinations.length > 0)}
        </Alert>
      )}
    </Section>
  )
}

function notSent(verdict: EventStory['event']['verdict'], hasDestination: boolean): string {
  if (verdict !== 'accepted') return 'What is not counted is sent nowhere.'
  if (!hasDestination) return 'Nowhere: this dataset has no destination yet.'
  return (
    'No delivery is known. Delivered ones are shown for seven days. If it is younger, the choice of ' +
    'events of each destination, the consent or a rule kept it here, or it came before the ' +
    'destination was there.'
  )
}

function rulesHint({ legs }: Row): string {
  const versions = new Set(legs.flatMap(({ rules_version: version }) => version ?? []))
  if (versions.size === 0) return 'There were no rules when it arrived.'
  return `Version ${[...versions].join(', ')} of the rules looked at it.`
}
