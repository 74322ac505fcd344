/** The newest conversions that one side alone reported, each with its reason and what to do. */
import { Code, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { UnpairedSamplesAnswer } from '../../api/types.ts'
import { countOf, formatMoney } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { type QualityWindow, unpairedQuery } from '../quality-queries.ts'
import classes from './quality.module.css'
import { agentWords } from './words.ts'

interface SamplesProps {
  readonly datasetId: string
  readonly window: QualityWindow
  readonly event: string | undefined
  readonly side: 'browser' | 'server'
}

export function UnpairedSamples({ datasetId, window, event, side }: SamplesProps) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/deduplication' })
  const { data, error, refetch } = useQuery(unpairedQuery(datasetId, { window, event }, side))
  return (
    <Section
      title="Samples"
      hint={
        data
          ? `The newest ${countOf(data.samples.length, 'conversion')} that only the ${side} reported, of ${countOf(data.searched, 'event')} looked at.`
          : undefined
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Known to"
          value={side}
          data={[
            { value: 'server', label: 'Server only' },
            { value: 'browser', label: 'Browser only' },
          ]}
          onChange={(value) =>
            void navigate({
              search: (before) => ({
                ...before,
                side: value === 'browser' ? value : undefined,
              }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={120} />}
      {data?.samples.length === 0 && (
        <Text c="dimmed">There is none among them: each has its twin.</Text>
      )}
      {data && data.samples.length > 0 && (
        <Stack component="ul" gap="md" className={classes.list ?? ''}>
          {data.samples.map((sample) => (
            <Sample key={sample.id} datasetId={datasetId} sample={sample} />
          ))}
        </Stack>
      )}
    </Section>
  )
}

interface SampleProps {
  readonly datasetId: string
  readonly sample: UnpairedSamplesAnswer['samples'][number]
}

function Sample({ datasetId, sample }: SampleProps) {
  const { event_name, event_id, order_id, value, currency, browser, os, title, fix } = sample
  return (
    <li data-testid="sample">
      <Group gap="xs" justify="space-between">
        <Text size="sm">
          <EventLink datasetId={datasetId} eventId={sample.id}>
            <b>{event_name}</b>
          </EventLink>{' '}
          · <Time ms={sample.received_at * 1000} as="moment" />
          {value !== null && currency !== null && ` · ${formatMoney(value, currency)}`}
          {browser !== 'unknown' && ` · ${agentWords(browser)}, ${agentWords(os)}`}
        </Text>
        <Text size="sm" c="dimmed" className={classes.value ?? ''} fz="sm" fw={400}>
          {event_id ? (
            <>
              id <Code>{event_id}</Code>
            </>
          ) : (
            'no event id'
          )}
          {order_id && (
            <>
              {' '}
              order <Code>{order_id}</Code>
            </>
          )}
        </Text>
      </Group>
      <Text size="sm" fw={550}>
        {title}
        {sample.other_id && (
          <Text span size="sm" fw={400} c="dimmed">
            {' '}
            (see{' '}
            <EventLink datasetId={datasetId} eventId={sample.other_id}>
              event {sample.other_id}
            </EventLink>
            )
          </Text>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {fix}
      </Text>
    </li>
  )
}

interface EventLinkProps {
  readonly datasetId: string
  readonly eventId: string
  readonly children: ReactNode
}

function EventLink({ datasetId, eventId, children }: EventLinkProps) {
  return (
    <TextLink to="/datasets/$datasetId/events/$eventId" params={{ datasetId, eventId }} inherit>
      {children}
    </TextLink>
  )
}
