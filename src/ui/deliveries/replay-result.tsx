/** One replay: how far it is, what it found or sent, and the step from looking to sending. */
import { Alert, Badge, Button, Group, Progress, Stack, Text, Title } from '@mantine/core'
import { IconInfoCircle, IconPlayerStop, IconSend } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { DestinationShown, ReplayAnswer, ReplayRequest } from '../../api/types.ts'
import { skippedWords } from '../delivery-words.ts'
import { countOf, formatCount } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './replay.module.css'
import { sendingOf } from './replay-choice.ts'
import { stopReplay } from './replay-queries.ts'
import { ReplaySamples } from './replay-samples.tsx'

interface ReplayResultProps {
  readonly replay: ReplayAnswer
  readonly destination: DestinationShown | undefined
  readonly locked: boolean
  readonly onSend: (request: ReplayRequest) => Promise<unknown>
}

export function ReplayResult({ replay, destination, locked, onSend }: ReplayResultProps) {
  const { counts, by_field, samples, warnings, dry_run, state, error } = replay
  return (
    <Section
      title={titleOf(replay)}
      hint={<About replay={replay} name={destination?.name ?? replay.destination_id} />}
      actions={
        state === 'running' ? (
          <Stop replay={replay} locked={locked} />
        ) : (
          !locked && <Send {...{ replay, destination, onSend }} />
        )
      }
    >
      <div data-testid="replay" data-state={state}>
        <Stack gap="lg">
          {state === 'running' && <Running replay={replay} />}
          {error && (
            <Alert color="red" variant="light" title="It failed" role="alert">
              {error.detail} {!dry_run && 'Start it again: nothing is handed over twice.'}
            </Alert>
          )}
          {!dry_run && <Sent replay={replay} />}
          <Counts counts={counts} dryRun={dry_run} />
          {state !== 'running' && <NothingFound counts={counts} />}
          {by_field.length > 0 && <Fields byField={by_field} />}
          <ReplaySamples samples={samples} />
          {warnings.length > 0 && (
            <Alert
              variant="default"
              icon={<IconInfoCircle aria-hidden />}
              title={dry_run ? 'Before you send' : 'To know'}
            >
              <ul className={classes.plain}>
                {warnings.map(({ code, detail }) => (
                  <li key={code + detail}>
                    {code === 'needs_again' ? againWords(counts.already_delivered) : detail}
                  </li>
                ))}
              </ul>
            </Alert>
          )}
        </Stack>
      </div>
    </Section>
  )
}

/** The server's words are for programs, too, and name the option of the command line. */
const againWords = (n: number): string =>
  `${countOf(n, 'event was', 'events were')} delivered already and will not be sent once more, unless you switch that on above.`

const STATE_TITLES: Record<ReplayAnswer['state'], readonly [look: string, send: string]> = {
  running: ['Looking', 'Handing over'],
  done: ['What would happen', 'Handed over'],
  cancelled: ['Stopped looking', 'Stopped'],
  failed: ['Looking failed', 'Failed'],
}

export const titleOf = ({ state, dry_run }: ReplayAnswer): string =>
  STATE_TITLES[state][dry_run ? 0 : 1]

function About({ replay, name }: { replay: ReplayAnswer; name: string }) {
  const { from, to, event_names, rules, rules_version } = replay
  const version = rules_version === null ? '' : ` (version ${rules_version})`
  const under = { published: `the rules in force${version}`, draft: 'the draft', none: 'no rules' }
  return (
    <>
      {event_names.length > 0 ? event_names.join(', ') : 'Every event'} received from{' '}
      <Time ms={from * 1000} as="moment" /> to <Time ms={to * 1000} as="moment" />, for {name},
      under {under[rules]}.
    </>
  )
}

function Running({ replay }: { replay: ReplayAnswer }) {
  const { counts, expected } = replay
  const share = expected > 0 ? Math.min(100, (100 * counts.scanned) / expected) : 0
  return (
    <Stack gap={6}>
      <Progress value={share} animated aria-label="Progress" />
      <Text size="sm" c="dimmed">
        {formatCount(counts.scanned)} of about {countOf(expected, 'event')}
      </Text>
    </Stack>
  )
}

function Stop({ replay, locked }: { replay: ReplayAnswer; locked: boolean }) {
  const stop = useMutation({ mutationFn: () => stopReplay(replay.dataset_id, replay.replay_id) })
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        variant="default"
        disabled={locked}
        loading={stop.isPending}
        leftSection={<IconPlayerStop size={16} aria-hidden />}
        onClick={() => stop.mutate()}
      >
        Stop
      </Button>
      {stop.error && <Failed error={stop.error} />}
    </Stack>
  )
}

function Send({ replay, destination, onSend }: Omit<ReplayResultProps, 'locked'>) {
  const request = sendingOf(replay)
  const send = useMutation({
    mutationFn: async (_: undefined) => request && (await onSend(request)),
  })
  const { would_send, already_delivered } = replay.counts
  const n = would_send + (replay.again ? already_delivered : 0)
  if (!request || !destination) return null
  return (
    <Confirm
      label={n === 0 ? 'Nothing to send' : `Send ${countOf(n, 'event')}`}
      title={`Send ${countOf(n, 'event')} to ${destination.name}?`}
      action="Send them"
      disabled={n === 0 || !destination.enabled}
      button={{ variant: 'filled', leftSection: <IconSend size={16} aria-hidden /> }}
      work={send}
    >
      They leave at the pace of the destination, under the ids they have always had
      {replay.again && already_delivered > 0 && (
        <>
          , also {countOf(already_delivered, 'event')} that it took before: it may count those again
          if it has forgotten their ids
        </>
      )}
      . What was handed over cannot be called back.
    </Confirm>
  )
}

function Sent({ replay }: { replay: ReplayAnswer }) {
  const { enqueued, destination_id, dataset_id } = replay
  return (
    <Text size="sm" role="status">
      {countOf(enqueued, 'copy', 'copies')} went on to the relay, which sends them.{' '}
      <TextLink
        to="/datasets/$datasetId/deliveries"
        params={{ datasetId: dataset_id }}
        search={{ destination: destination_id }}
        size="sm"
      >
        See the deliveries
      </TextLink>
    </Text>
  )
}

function Counts({ counts, dryRun }: { counts: ReplayAnswer['counts']; dryRun: boolean }) {
  const facts: readonly (readonly [string, number])[] = [
    ['Looked at', counts.scanned],
    [dryRun ? 'To be sent' : 'Sent on', counts.would_send],
    ['Delivered already', counts.already_delivered],
    ['On their way', counts.waiting],
    ['Left out by rules', counts.dropped_by_rules],
    ['Too old', counts.too_old],
    [dryRun ? 'Would change' : 'Changed', counts.changed],
  ]
  return (
    <Stack gap="sm" role="status">
      <dl className={classes.counts}>
        {facts.map(([label, n]) => (
          <div key={label} data-none={n === 0 || undefined}>
            <dt>{label}</dt>
            <dd>{formatCount(n)}</dd>
          </div>
        ))}
      </dl>
      {counts.not_accepted.length > 0 && (
        <ul className={classes.plain}>
          {counts.not_accepted.map(({ reason, events }) => (
            <li key={reason}>
              {countOf(events, 'event')} not for it: {skippedWords(reason)}
            </li>
          ))}
        </ul>
      )}
    </Stack>
  )
}

function NothingFound({ counts }: Pick<ReplayAnswer, 'counts'>) {
  if (counts.matching > 0) return null
  const words = counts.scanned === 0 ? 'Nothing was received then.' : 'None of them fits.'
  return <Text size="sm">{words}</Text>
}

function Fields({ byField }: { byField: ReplayAnswer['by_field'] }) {
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        Fields that change, with the number of events
      </Title>
      <Group gap={6}>
        {byField.map(({ field, changed }) => (
          <Badge key={field} variant="default" tt="none" fw={500} radius="sm">
            {field} {formatCount(changed)}
          </Badge>
        ))}
      </Group>
    </Stack>
  )
}
