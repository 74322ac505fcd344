/** One event: its browser and server reports side by side, and what became of them. */
import { Badge, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { memo, useId } from 'react'
import type { LegView } from '../../api/types.ts'
import { countOf, formatDelay, formatMoney, formatUtc } from '../format.ts'
import { CopyIcon } from '../parts/copy.tsx'
import { Time } from '../parts/time.tsx'
import { CHANNEL_WORDS, MATCHED_BY_WORDS, reasonWords, VERDICT_WORDS } from '../words.ts'
import { EventDetails } from './event-details.tsx'
import classes from './live.module.css'
import { notesOf } from './notes.ts'
import { eventIdOf, keptLeg, moneyOf, orderOf, type Row, shortId } from './rows.ts'

interface EventRowProps {
  readonly row: Row
  /** With the day, where rows of many days stand together. */
  readonly dated?: boolean
}

export const EventRow = memo(function EventRow({ row, dated = false }: EventRowProps) {
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const money = moneyOf(row)
  const [first] = row.legs
  const shortened = orderOf(row) === undefined ? eventIdOf(row) : undefined
  return (
    <li className={classes.row} data-testid="event-row" data-seq={row.seq}>
      {row.seen > 0 && <span key={row.seen} className={classes.flash} aria-hidden="true" />}
      <div className={classes.cells}>
        <div className={classes.what}>
          <UnstyledButton
            className={classes.toggle ?? ''}
            onClick={toggle}
            aria-expanded={opened}
            aria-controls={id}
          >
            <IconChevronRight size={16} aria-hidden data-opened={opened || undefined} />
            <Stack gap={0} miw={0}>
              <Text fw={650} span className={classes.wrap ?? ''}>
                {first.event_name}
                {money && (
                  <Text span fw={500}>
                    {' '}
                    {formatMoney(money.value, money.currency)}
                  </Text>
                )}
              </Text>
              <Text size="sm" c="dimmed" span className={classes.wrap ?? ''}>
                {captionOf(row)}
              </Text>
            </Stack>
          </UnstyledButton>
          {shortened && <CopyIcon value={shortened} label={`Copy the event id ${shortened}`} />}
        </div>
        <Lane name="Browser" row={row} legs={row.legs.filter(isBrowser)} dated={dated} />
        <Lane
          name="Server"
          row={row}
          legs={row.legs.filter((leg) => !isBrowser(leg))}
          dated={dated}
        />
        <Outcome row={row} />
      </div>
      {opened && <EventDetails id={id} row={row} />}
    </li>
  )
})

const isBrowser = (leg: LegView): boolean => leg.channel === 'browser'

/** What tells this event from others of its name: the order, else the page and the event id. */
function captionOf(row: Row): string {
  const order = orderOf(row)
  if (order !== undefined) return `Order ${order}`
  const id = eventIdOf(row)
  const parts = [pathOf(row.legs[0].event_source_url), id && `id ${shortId(id)}`]
  return parts.filter(Boolean).join(' · ') || `number ${row.seq}`
}

interface LaneProps {
  readonly name: string
  readonly row: Row
  readonly legs: readonly LegView[]
  readonly dated: boolean
}

function Lane({ name, row, legs, dated }: LaneProps) {
  const [first] = legs
  if (!first) {
    return (
      <Text size="sm" c="dimmed" className={classes.lane ?? ''} data-empty>
        <span className={classes.laneName}>{name}: </span>not seen
      </Text>
    )
  }
  const start = row.legs[0].received_at_ms
  return (
    <div className={classes.lane} data-channel={first.channel}>
      <Text size="sm" fw={550}>
        <span className={classes.laneName}>
          {first.channel === 'other' ? CHANNEL_WORDS.other : name}:{' '}
        </span>
        {row.legs[0] === first ? (
          <Time ms={start} as={dated ? 'moment' : 'clock'} />
        ) : (
          <time title={formatUtc(first.received_at_ms)}>
            {formatDelay(first.received_at_ms - start)}
          </time>
        )}
        {legs.length > 1 && ` · ${legs.length} times`}
      </Text>
      <Text size="sm" c="dimmed">
        {legWords(first)}
      </Text>
    </div>
  )
}

function legWords({ verdict }: LegView): string {
  return { ...VERDICT_WORDS, duplicate: 'Merged into it' }[verdict]
}

function Outcome({ row }: { row: Row }) {
  const [first] = row.legs
  const kept = keptLeg(row)
  const notes = notesOf(row).length
  const how = row.legs.find((leg) => leg.matched_by)?.matched_by
  const refused = kept && kept.verdict !== 'accepted'
  return (
    <div className={classes.outcome}>
      <Group gap={6}>
        {refused ? (
          <Badge tt="none" variant="light" color={kept.verdict === 'rejected' ? 'red' : 'gray'}>
            {VERDICT_WORDS[kept.verdict]}
          </Badge>
        ) : (
          <Badge tt="none" variant={how ? 'filled' : 'light'} color="ink">
            {how ? 'Counted once' : 'Counted'}
          </Badge>
        )}
        {notes > 0 && (
          <Badge tt="none" variant="default" fw={500}>
            {countOf(notes, 'note')}
          </Badge>
        )}
        {first.test_event_code && (
          <Badge tt="none" variant="default">
            {first.test_event_code}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {refused
          ? reasonWords(kept.reason).title
          : how
            ? MATCHED_BY_WORDS[how].title
            : `Only the ${CHANNEL_WORDS[first.channel].toLowerCase()} so far`}
      </Text>
    </div>
  )
}

/** Path of an address; the host is the shop's own and says nothing new. */
function pathOf(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  return new URL(url).pathname
}
