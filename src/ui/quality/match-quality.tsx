/** Match quality: how well events find their people, what to change first, and what Meta says. */
import { Accordion, Alert, Badge, Group, List, Stack, Text } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { EventQuality, MatchQualityAnswer, RemoteQualityAnswer } from '../../api/types.ts'
import { isBrowsing } from '../../event/names.ts'
import { countOf, formatCount } from '../format.ts'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import {
  matchQualityQuery,
  QUALITY_WINDOW_TEXT,
  type QualityWindow,
  remoteQualityQuery,
} from '../quality-queries.ts'
import { datasetQuery } from '../queries.ts'
import { EventQualityDetails } from './event-quality.tsx'
import { MeasuredMatch } from './measured-match.tsx'
import { Covered, Nothing, Scale, WindowControl } from './parts.tsx'
import classes from './quality.module.css'
import { RemoteQuality } from './remote-quality.tsx'
import { ScoreTrend } from './score-trend.tsx'
import { additionWords, BAND_WORDS, formatGain, formatScore } from './words.ts'

export function MatchQualityPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { window = '48h' } = useSearch({ from: '/signed-in/datasets/$datasetId/match-quality' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/match-quality' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const quality = useQuery(matchQualityQuery(datasetId, window))
  const remote = useQuery(remoteQualityQuery(datasetId))
  return (
    <Page
      title="Match quality"
      of={dataset?.name ?? ''}
      lead={
        quality.data && (
          <Covered of={quality.data} window={window}>
            Our estimate, on an open formula: Meta does not publish its own.
          </Covered>
        )
      }
      actions={
        <WindowControl
          window={window}
          onChange={(to) =>
            void navigate({ search: { window: to }, replace: true, resetScroll: false })
          }
        />
      }
    >
      {quality.isPending && <PageLoading />}
      {quality.error && <Failed error={quality.error} onRetry={() => void quality.refetch()} />}
      {quality.data && (
        <Report datasetId={datasetId} window={window} quality={quality.data} remote={remote.data} />
      )}
    </Page>
  )
}

interface ReportProps {
  readonly datasetId: string
  readonly window: QualityWindow
  readonly quality: MatchQualityAnswer
  readonly remote: RemoteQualityAnswer | undefined
}

function Report({ datasetId, window, quality, remote }: ReportProps) {
  const { sentence } = QUALITY_WINDOW_TEXT[window]
  const [first] = quality.events
  if (!first) {
    return (
      <>
        <Nothing datasetId={datasetId} title={`No server event of the website ${sentence}`}>
          The score is of events that your server reports with action_source “website”. Send the
          same events from your server as from the browser, with what you know about the person.
        </Nothing>
        <RemoteQuality remote={remote} />
      </>
    )
  }
  const ordered = [...quality.events].sort(
    (a, b) => Number(isBrowsing(a.event_name)) - Number(isBrowsing(b.event_name)),
  )
  return (
    <>
      <ChangeFirst events={ordered} />
      <Section
        title="By event"
        hint={`Score from 0 to 10 ${sentence}, of n website events that your server reported. Open one to see what each key covers. An event stands in the hour of the server’s report here, and in the hour of its first report under Deduplication: where a report of the server came late, n can be a little larger here.`}
      >
        <Accordion
          multiple
          chevronPosition="left"
          defaultValue={[ordered[0]?.event_name ?? '']}
          order={3}
        >
          {ordered.map((event) => (
            <Accordion.Item key={event.event_name} value={event.event_name}>
              <Accordion.Control>
                <Summary event={event} remote={remote} />
              </Accordion.Control>
              <Accordion.Panel>
                <EventQualityDetails event={event} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Section>
      <ScoreTrend quality={quality} names={ordered.map(({ event_name }) => event_name)} />
      <MeasuredMatch datasetId={datasetId} window={window} />
      <RemoteQuality remote={remote} />
    </>
  )
}

/** The one change that helps the most important event most; fbc cannot be had at will. */
function ChangeFirst({ events }: { readonly events: readonly EventQuality[] }) {
  const [event] = events
  const gains = event?.gains.filter(({ add, gain }) => add !== 'fbc' && gain >= 0.05) ?? []
  const [best, ...more] = gains
  if (!event || !best) return null
  const { title, detail } = additionWords(best.add)
  return (
    <Alert
      icon={<IconBulb aria-hidden />}
      title={`${title} to ${event.event_name}: ${formatGain(best.gain)}`}
      data-testid="change-first"
    >
      <Text size="sm">
        {detail} It is missing in {formatCount(best.missing)} of{' '}
        {countOf(event.events, 'server event')}.
      </Text>
      {more.length > 0 && (
        <List size="sm" mt="xs">
          {more.slice(0, 3).map(({ add, gain }) => (
            <List.Item key={add}>
              {additionWords(add).title}: {formatGain(gain)}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  )
}

interface SummaryProps {
  readonly event: EventQuality
  readonly remote: RemoteQualityAnswer | undefined
}

function Summary({ event, remote }: SummaryProps) {
  const { event_name, score, low, high, band, events, few } = event
  const theirs = remote?.scores
    .flatMap((one) => one.events)
    .find((one) => one.event_name === event_name)?.score
  return (
    <Group gap="lg" align="center" wrap="wrap" data-testid={`score-${event_name}`}>
      <Text fw={600} miw={150} className={classes.value ?? ''} fz="md">
        {event_name}
      </Text>
      {score !== null && <span className={classes.score}>{formatScore(score)}</span>}
      <Stack gap={6} flex="1 1 180px">
        <Scale value={score} low={low} high={high} max={10} />
        <Text size="sm" c="dimmed">
          95%: {formatScore(low)} to {formatScore(high)}, n = {formatCount(events)}
          {few && ', too few to say much'}
        </Text>
      </Stack>
      <Group gap="xs">
        {band && !few && (
          <Badge color={BAND_WORDS[band].color} variant="light" tt="none" size="lg">
            {BAND_WORDS[band].title}
          </Badge>
        )}
        {theirs !== undefined && theirs !== null && (
          <Badge color="gray" variant="outline" tt="none" size="lg">
            Meta says {formatScore(theirs)}
          </Badge>
        )}
      </Group>
    </Group>
  )
}
