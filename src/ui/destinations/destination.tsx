/** One destination: how it gets on, its settings, and the ways to stop it. */
import { Alert, Anchor, Code, Group, Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { DestinationShown } from '../../api/types.ts'
import { skippedWords } from '../delivery-words.ts'
import { destinationQuery, destinationTypesQuery } from '../destination-queries.ts'
import { countOf } from '../format.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import { ChangeForm } from './change-form.tsx'
import classes from './destinations.module.css'
import { Alarm, LaneBadge, Numbers } from './status-parts.tsx'
import { StopSection } from './stop-section.tsx'

export function DestinationPage() {
  const { datasetId, destinationId } = useParams({
    from: '/signed-in/datasets/$datasetId/destinations/$destinationId',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, refetch } = useQuery(destinationQuery(datasetId, destinationId))
  const { data: types } = useQuery(destinationTypesQuery)
  const type = types?.find(({ name }) => name === data?.type)
  const locked = !dataset?.may.includes('develop')
  return (
    <Page
      title={data?.name ?? 'Destination'}
      of="Destinations"
      lead={
        data && (
          <Group gap="sm">
            {data.title !== data.name && data.title} <LaneBadge destination={data} />
          </Group>
        )
      }
      actions={
        <ButtonLink
          variant="default"
          to="/datasets/$datasetId/deliveries"
          params={{ datasetId }}
          search={{ destination: destinationId }}
        >
          See its deliveries
        </ButtonLink>
      }
    >
      {error && !data && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageLoading />}
      {data && (
        <>
          <Alarm
            destination={data}
            locked={locked}
            actions={
              <Anchor href="#settings" size="sm">
                Mend its settings below
              </Anchor>
            }
          />
          <Status destination={data} />
          {locked && dataset && (
            <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
              You may look but not change. That needs the role developer.
            </Alert>
          )}
          {type && (
            <ChangeForm key={destinationId} destination={data} type={type} locked={locked} />
          )}
          <StopSection destination={data} locked={locked} />
        </>
      )}
    </Page>
  )
}

function Status({ destination }: { destination: DestinationShown }) {
  const { skipped, created, created_further, last_error, last_delivered_ms } = destination.status
  const reasons = Object.entries(skipped).filter(([, n]) => n > 0)
  return (
    <Section
      title="How it gets on"
      hint={
        <>
          Added <Time ms={destination.created_at * 1000} as="moment" />.{' '}
          {last_delivered_ms !== null && (
            <>
              Last delivery at <Time ms={last_delivered_ms} />.
            </>
          )}
        </>
      }
    >
      <Numbers destination={destination} />
      <Text size="sm">
        Since it was added, {countOf(created, 'event')} arrived for it
        {created_further > 0 &&
          `, and ${countOf(created_further, 'more delivery', 'more deliveries')} came of their further reports (each leaves under the id of its event) and of replays`}
        {reasons.length === 0 ? '.' : '. Skipped were:'}
      </Text>
      {reasons.length > 0 && (
        <ul className={classes.plain}>
          {reasons.map(([reason, n]) => (
            <li key={reason}>
              <Text size="sm" c="dimmed">
                {countOf(n, 'event')}: {skippedWords(reason)}
              </Text>
            </li>
          ))}
        </ul>
      )}
      {last_error && <LastError error={last_error} />}
    </Section>
  )
}

/** A mended one is past: what it asked for is done. */
function LastError({ error }: { error: NonNullable<DestinationShown['status']['last_error']> }) {
  const { at_ms, mended_ms, code, detail } = error
  return (
    <Text size="sm" c="dimmed" data-testid="last-error">
      Last failure on <Time ms={at_ms} as="moment" />
      {mended_ms !== null && (
        <>
          , mended on <Time ms={mended_ms} as="moment" />
        </>
      )}
      : {detail} <Code>{code}</Code>
    </Text>
  )
}
