/** Tries the rules as they stand on the page: on what is stored, or on events pasted here. */
import { Button, Group, JsonInput, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Channel } from '../../event/shape.ts'
import { countOf } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { CHANNEL_WORDS } from '../words.ts'
import { isJson, type Rule } from './rule.ts'
import { tryRules } from './rule-queries.ts'
import classes from './rules.module.css'
import { TrialReport } from './trial-report.tsx'

type On = 'stored' | 'given'

const LAST = [100, 1000, 5000]

export function TryRules({ datasetId, rules }: { datasetId: string; rules: readonly Rule[] }) {
  const [on, setOn] = useState<On>('stored')
  const [last, setLast] = useState('1000')
  const [text, setText] = useState(sample)
  const [channel, setChannel] = useState<Channel>('server')
  const events = eventsIn(text)
  const trial = useMutation({
    mutationFn: async () => {
      const request = on === 'stored' ? { last: Number(last) } : { events: events ?? [], channel }
      return { of: rules, report: await tryRules(datasetId, { rules, ...request }) }
    },
  })
  const isOld = trial.data !== undefined && trial.data.of !== rules
  const run = (submit: FormEvent): void => {
    submit.preventDefault()
    trial.mutate()
  }
  return (
    <Section
      title="Try before publishing"
      hint="Shows what these rules would do. Nothing is stored, counted or sent."
    >
      <form onSubmit={run}>
        <Stack gap="md">
          <Group gap="md" align="flex-end">
            <TryOn {...{ on, setOn, last, setLast, channel, setChannel }} />
            <Button
              type="submit"
              variant={trial.data && !isOld ? 'default' : 'filled'}
              loading={trial.isPending}
              disabled={on === 'given' && events === undefined}
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
            >
              Try the rules
            </Button>
          </Group>
          {on === 'given' && (
            <JsonInput
              label="Events"
              description="As a server sends them: one event, or a list. Paste your own."
              autosize
              minRows={8}
              maxRows={24}
              spellCheck={false}
              validationError="This is not JSON yet."
              classNames={{ input: classes.code ?? '' }}
              value={text}
              onChange={setText}
            />
          )}
        </Stack>
      </form>
      {trial.error && <Failed error={trial.error} />}
      {isOld && (
        <Text size="sm" c="dimmed">
          The rules have changed since: try them again.
        </Text>
      )}
      {trial.data && (
        <div className={classes.report} data-old={isOld || undefined}>
          <TrialReport trial={trial.data.report} rules={trial.data.of} />
        </div>
      )}
    </Section>
  )
}

interface TryOnProps {
  readonly on: On
  readonly setOn: (on: On) => void
  readonly last: string
  readonly setLast: (last: string) => void
  readonly channel: Channel
  readonly setChannel: (channel: Channel) => void
}

function TryOn({ on, setOn, last, setLast, channel, setChannel }: TryOnProps) {
  return (
    <>
      <SegmentedControl
        aria-label="Try on"
        value={on}
        data={[
          { value: 'stored', label: 'Events received' },
          { value: 'given', label: 'My own events' },
        ]}
        onChange={(next) => setOn(next as On)}
      />
      {on === 'stored' && (
        <Select
          aria-label="How many"
          w={190}
          allowDeselect={false}
          data={LAST.map((n) => ({
            value: String(n),
            label: `Last ${countOf(n, 'report')}`,
          }))}
          value={last}
          onChange={(next) => next && setLast(next)}
        />
      )}
      {on === 'given' && (
        <Select
          aria-label="As if they came from"
          w={190}
          allowDeselect={false}
          data={Object.entries(CHANNEL_WORDS).map(([value, label]) => ({
            value,
            label: `From: ${label.toLowerCase()}`,
          }))}
          value={channel}
          onChange={(next) => next && setChannel(next as Channel)}
        />
      )}
    </>
  )
}

/** One event, a list, or the `data` of a request; undefined while it is none of them. */
function eventsIn(text: string): Record<string, unknown>[] | undefined {
  try {
    const given: unknown = JSON.parse(text)
    const list = isJson(given) && Array.isArray(given.data) ? given.data : given
    const events: unknown[] = Array.isArray(list) ? list : [list]
    return events.length > 0 && events.every(isJson)
      ? (events as Record<string, unknown>[])
      : undefined
  } catch {
    return undefined
  }
}

/** Something to start from, with what rules are mostly about. */
function sample(): string {
  const event = {
    event_name: 'Purchase',
    event_time: Math.floor(Date.now() / 1000),
    event_id: 'order-17',
    action_source: 'website',
    event_source_url: 'https://shop.example/thanks?utm_source=mail&sid=9f2',
    user_data: { external_id: ['customer-4'] },
    custom_data: { value: 59.9, currency: 'EUR', order_id: '17' },
  }
  return JSON.stringify([event], undefined, 2)
}
