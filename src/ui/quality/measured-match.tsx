/** How many events are of somebody the shop knew already, measured in its own data. */
import { Alert, Group, Loader, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { MeasuredMatchAnswer } from '../../api/types.ts'
import { countOf, formatCount, formatShare } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Time } from '../parts/time.tsx'
import { measuredMatchQuery, QUALITY_WINDOW_TEXT, type QualityWindow } from '../quality-queries.ts'
import { Scale, Scroll, ShareWords } from './parts.tsx'
import classes from './quality.module.css'

interface Props {
  readonly datasetId: string
  readonly window: QualityWindow
}

export function MeasuredMatch({ datasetId, window }: Props) {
  const { data, error } = useQuery(measuredMatchQuery(datasetId, window))
  return (
    <Section
      title="Recognised in your own data"
      hint={`The share of events ${QUALITY_WINDOW_TEXT[window].sentence} whose person an earlier sale, sign-up or other conversion had named: by e-mail, phone or customer id, or by the browser. Measured, not estimated, and in your data only: it says nothing about accounts at Meta. People who are new to you cannot be recognised, so 100% is no goal.`}
    >
      {error && (
        <Alert color="red" variant="light" title="It could not be measured">
          {error.message}
        </Alert>
      )}
      {data?.state === 'measuring' && (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          <Text size="sm" role="status">
            Reading a sample of your events. This takes some seconds.
          </Text>
        </Group>
      )}
      {data?.state === 'ready' && <Measured answer={data} />}
    </Section>
  )
}

function Measured({ answer }: { readonly answer: MeasuredMatchAnswer }) {
  const { events, people, from, sampled_from, measured_at } = answer
  if (!people || people.known === 0) {
    return (
      <Text size="sm">
        No conversion names anybody yet. Send the e-mail address, the phone number or your customer
        id with your sales, hashed; from then on people who come back are recognised.
      </Text>
    )
  }
  return (
    <>
      <Scroll label="Recognised in your own data, by event">
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Event</Table.Th>
              <Table.Th scope="col">Recognised</Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                By person
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                By browser
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {events.map((event) => (
              <Row key={event.event_name} event={event} />
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
      <Text size="sm" c="dimmed">
        {countOf(people.known, 'person', 'people')} known from{' '}
        {countOf(people.events, 'conversion')}
        {people.since === null ? '' : ', the newest'}; measured{' '}
        {measured_at !== null && <Time ms={measured_at * 1000} as="moment" />}.{' '}
        {people.since !== null && (
          <>
            Older conversions than <Time ms={people.since * 1000} as="moment" /> were not read, so
            the true share is higher.
          </>
        )}
        {sampled_from !== null && sampled_from > from && (
          <>
            {' '}
            The sample begins <Time ms={sampled_from * 1000} as="moment" />.
          </>
        )}
      </Text>
    </>
  )
}

function Row({ event }: { readonly event: MeasuredMatchAnswer['events'][number] }) {
  const { event_name, n, counted, whole, known, share, low, high, by_person, by_browser } = event
  return (
    <Table.Tr data-testid={`measured-${event_name}`}>
      <Table.Th scope="row" fw={400}>
        {event_name}
      </Table.Th>
      <Table.Td>
        {share === null ? (
          '–'
        ) : (
          <>
            <ShareWords part={known} all={n} low={low} high={high} />
            <Scale value={share} low={low} high={high} max={1} />
          </>
        )}
        <Text size="sm" c="dimmed">
          n = {formatCount(n)}
          {whole ? ', all that were counted' : ` of ${formatCount(counted)} counted`}
        </Text>
      </Table.Td>
      <Table.Td className={classes.number ?? ''}>{formatShare(by_person, n)}</Table.Td>
      <Table.Td className={classes.number ?? ''}>{formatShare(by_browser, n)}</Table.Td>
    </Table.Tr>
  )
}
