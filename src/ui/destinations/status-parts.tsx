/** How a destination gets on: its badge, its alarm with what to do, its numbers. */
import { Alert, Badge, Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { DestinationShown } from '../../api/types.ts'
import { LANE_WORDS } from '../delivery-words.ts'
import { retryDestination } from '../destination-queries.ts'
import { countOf, formatAge, formatCount } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './destinations.module.css'
import { HourBars, sumOfHours, thisHour } from './hour-bars.tsx'

interface PartProps {
  readonly destination: DestinationShown
}

export function LaneBadge({ destination }: PartProps) {
  const { title, color, detail } = LANE_WORDS[destination.status.lane]
  return (
    <Badge color={color} variant="light" tt="none" size="lg" title={detail} data-testid="lane">
      {title}
    </Badge>
  )
}

/** Absent while nothing is wrong. */
export function Alarm({ destination, locked, actions }: AlarmProps) {
  const { alarm, lane, last_error, until_ms, states } = destination.status
  const cache = useQueryClient()
  const retry = useMutation({
    mutationFn: () => retryDestination(destination.dataset_id, destination.destination_id),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['destinations'] }),
  })
  if (!alarm && lane !== 'unreachable') return null
  const trouble = alarm ?? last_error
  return (
    <Alert
      role="alert"
      color={alarm ? 'red' : 'orange'}
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={
        alarm
          ? `${destination.name} needs you: ${countOf(states.held + states.retrying + states.pending, 'delivery', 'deliveries')} on hold`
          : `${destination.name} does not answer. It is tried again by itself.`
      }
      data-testid="alarm"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          {trouble?.detail} <Code>{trouble?.code}</Code>
        </Text>
        <Text size="sm" c="dimmed">
          {alarm && (
            <>
              Since <Time ms={alarm.since_ms} as="moment" />. Nothing is lost: all of it is sent
              once this is mended.{' '}
            </>
          )}
          {(alarm ? alarm.next_try_ms : until_ms) && (
            <>
              Tried again by itself at <Time ms={(alarm ? alarm.next_try_ms : until_ms) ?? 0} />.
            </>
          )}
        </Text>
        <Group gap="sm">
          {actions}
          <Button
            size="xs"
            variant="default"
            disabled={locked}
            loading={retry.isPending}
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => retry.mutate()}
          >
            Try again
          </Button>
        </Group>
        {retry.error && <Failed error={retry.error} />}
      </Stack>
    </Alert>
  )
}

interface AlarmProps extends PartProps {
  readonly locked: boolean
  readonly actions?: ReactNode
}

export function Numbers({ destination }: PartProps) {
  const { dataset_id, destination_id, status } = destination
  const { states, hours, let_go, waiting, oldest_waiting_ms } = status
  const to = { params: { datasetId: dataset_id } }
  return (
    <dl className={classes.numbers}>
      <Figure label="Delivered" value={states.delivered} testId="delivered">
        deliveries of all time; {formatCount(thisHour(hours))} this hour,{' '}
        {formatCount(sumOfHours(hours, 'delivered'))} in 24 hours
      </Figure>
      <Figure label="Waiting" value={waiting} testId="waiting">
        {waiting === 0
          ? 'nothing is left to send'
          : `deliveries now; the oldest for ${formatAge(Date.now() - (oldest_waiting_ms ?? Date.now()))}`}
      </Figure>
      <Figure label="Rejected" value={states.rejected} testId="rejected">
        {states.rejected === 0 ? (
          'none was refused for good'
        ) : (
          <TextLink
            to="/datasets/$datasetId/dead-letters"
            {...to}
            search={{ destination: destination_id }}
            size="sm"
          >
            deliveries, kept: see why
          </TextLink>
        )}
        {let_go > 0 && <div>{formatCount(let_go)} older ones were let go</div>}
      </Figure>
      <HourBars hours={hours} />
    </dl>
  )
}

interface FigureProps {
  readonly label: string
  readonly value: number
  readonly testId: string
  readonly children: ReactNode
}

function Figure({ label, value, testId, children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <div className={classes.value} data-testid={testId}>
          {formatCount(value)}
        </div>
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      </dd>
    </div>
  )
}
