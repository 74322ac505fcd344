/** Everything about one event: why it was paired or refused, notes, and what each report said. */
import { Alert, Code, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowsJoin2, IconBulb } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { TextLink } from '../parts/links.tsx'
import { CHANNEL_WORDS, MATCHED_BY_WORDS, reasonWords, VERDICT_WORDS } from '../words.ts'
import { ConsentDetails } from './consent-record.tsx'
import classes from './live.module.css'
import { notesOf } from './notes.ts'
import { keptLeg, type Row } from './rows.ts'
import { SentTable } from './sent-table.tsx'

export function EventDetails({ id, row }: { id: string; row: Row }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const eventId = row.legs.find(({ event_id }) => event_id !== undefined)?.event_id
  return (
    <Stack id={id} gap="md" className={classes.details ?? ''}>
      <Outcome row={row} />
      <Notes row={row} />
      <SentTable legs={row.legs} />
      <Group gap="md" align="flex-start">
        {eventId !== undefined && <ConsentDetails seq={row.seq} eventId={eventId} />}
        <TextLink
          size="sm"
          to="/datasets/$datasetId/events/$eventId"
          params={{ datasetId, eventId: String(row.seq) }}
        >
          Full story and deliveries
        </TextLink>
      </Group>
    </Stack>
  )
}

/** Why it was refused, or how its later reports were found to be the same. */
export function Outcome({ row }: { row: Row }) {
  const kept = keptLeg(row)
  if (kept && kept.verdict !== 'accepted') {
    const { title, detail } = reasonWords(kept.reason)
    return (
      <Alert
        variant="light"
        color={kept.verdict === 'rejected' ? 'red' : 'gray'}
        icon={<IconAlertTriangle aria-hidden />}
        title={`${VERDICT_WORDS[kept.verdict]}: ${title}`}
      >
        {detail} <CodeWord>{kept.reason}</CodeWord>
      </Alert>
    )
  }
  const twins = row.legs.filter((leg) => leg.seq !== row.seq)
  return (
    <>
      {!kept && (
        <Text size="sm" c="dimmed">
          The report that was counted (number {row.seq}) arrived before the ones shown here.
        </Text>
      )}
      {twins.map((leg) => {
        const words = leg.matched_by && MATCHED_BY_WORDS[leg.matched_by]
        return (
          <Alert
            key={leg.seq}
            variant="light"
            icon={<IconArrowsJoin2 aria-hidden />}
            title={`The ${CHANNEL_WORDS[leg.channel].toLowerCase()} report joined: ${words?.title.toLowerCase() ?? 'same event'}`}
          >
            {words?.detail} It added what it knew and was not counted again.{' '}
            <CodeWord>{leg.matched_by}</CodeWord>
          </Alert>
        )
      })}
    </>
  )
}

export function Notes({ row }: { row: Row }) {
  const notes = notesOf(row)
  if (notes.length === 0) return null
  return (
    <Alert variant="default" icon={<IconBulb aria-hidden />} title="Worth knowing">
      <ul className={classes.notes}>
        {notes.map(({ code, channels, title, particulars, fix }) => (
          <li key={code}>
            <b>{title}</b> ({channels}). {particulars} {fix} <CodeWord>{code}</CodeWord>
          </li>
        ))}
      </ul>
    </Alert>
  )
}

/** The code as scripts and documents know it. */
function CodeWord({ children }: { children: string | undefined }) {
  return children ? <Code>{children}</Code> : null
}
