/** The loss meter: browser, server, destinations and orders in one row, and where browsers lose. */
import { Group, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { LossAnswer } from '../../api/types.ts'
import { countOf, formatCount, formatMoney, formatShare } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { lossQuery, QUALITY_WINDOW_TEXT, type QualityWindow } from '../quality-queries.ts'
import { datasetQuery } from '../queries.ts'
import {
  Covered,
  EventSelect,
  Figure,
  Figures,
  Nothing,
  Scale,
  Scroll,
  ShareWords,
  WindowControl,
} from './parts.tsx'
import classes from './quality.module.css'
import { agentWords } from './words.ts'

export function LossPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { window = '48h', event } = useSearch({
    from: '/signed-in/datasets/$datasetId/loss',
  })
  const navigate = useNavigate({ from: '/datasets/$datasetId/loss' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, isPending, refetch } = useQuery(lossQuery(datasetId, { window, event }))
  const change = (to: { window?: QualityWindow; event?: string | undefined }) =>
    void navigate({
      search: (before) => ({ ...before, ...to }),
      replace: true,
      resetScroll: false,
    })
  return (
    <Page
      title="Loss meter"
      of={dataset?.name ?? ''}
      lead={
        data && (
          <Covered of={data} window={window}>
            What browsers did not report although it happened, and what your server brought back.
          </Covered>
        )
      }
      actions={
        <Group>
          <EventSelect
            value={data?.event_name ?? null}
            names={data?.event_names ?? []}
            all="Every conversion"
            onChange={(to) => change({ event: to ?? '*' })}
          />
          <WindowControl window={window} onChange={(to) => change({ window: to })} />
        </Group>
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && <Report datasetId={datasetId} window={window} loss={data} />}
    </Page>
  )
}

interface ReportProps {
  readonly datasetId: string
  readonly window: QualityWindow
  readonly loss: LossAnswer
}

function Report({ datasetId, window, loss }: ReportProps) {
  const { sentence } = QUALITY_WINDOW_TEXT[window]
  if (loss.counted === 0) {
    return (
      <Nothing datasetId={datasetId} title={`No conversion was counted ${sentence}`}>
        The loss meter compares what your server reports with what browsers report. Send your
        conversions from both, with one event_id for both.
      </Nothing>
    )
  }
  return (
    <>
      <Row loss={loss} sentence={sentence} />
      <Lost loss={loss} sentence={sentence} why={{ datasetId, window }} />
      {loss.total.known > 0 && (
        <>
          <LossTable title="By browser" rows={loss.by_browser} sentence={sentence} />
          <LossTable title="By system" rows={loss.by_os} sentence={sentence} />
          <LossTable title="In apps and in browsers" rows={loss.by_place} sentence={sentence} />
        </>
      )}
    </>
  )
}

interface PartProps {
  readonly loss: LossAnswer
  readonly sentence: string
}

const nameOf = ({ event_name }: LossAnswer): string => event_name ?? 'every conversion'

function Row({ loss, sentence }: PartProps) {
  return (
    <Section
      title={`From the order to the destination: ${nameOf(loss)}`}
      hint={`Counted events ${sentence}; each counts once on each side that reported it.`}
    >
      <Figures>
        {loss.orders_sold === null ? (
          <Figure label="Orders" value={formatCount(loss.orders)} testId="orders">
            counted events that name an order
          </Figure>
        ) : (
          <Figure label="Orders" value={formatCount(loss.orders_sold)} testId="orders">
            paid in your shop; {formatCount(loss.orders)} counted events name an order
          </Figure>
        )}
        <Figure label="Server" value={formatCount(loss.server)} testId="server">
          events that servers and other sources reported
        </Figure>
        <Figure label="Browser" value={formatCount(loss.browser)} testId="browser">
          events that browsers reported
        </Figure>
        <Figure label="Counted" value={formatCount(loss.counted)} testId="counted">
          {formatCount(loss.both)} known to both
        </Figure>
        {loss.destinations.map(({ destination_id, name, delivered, rejected, sample }) => (
          <Figure
            key={destination_id}
            label={`Accepted by ${name}`}
            value={sample.events > 0 ? formatShare(sample.delivered, sample.events) : '–'}
            testId="accepted"
          >
            {sample.events > 0
              ? `${formatCount(sample.delivered)} of the newest ${countOf(sample.events, 'event')} of this report. `
              : ''}
            All events sent {sentence}: {countOf(delivered, 'delivery', 'deliveries')},{' '}
            {formatCount(rejected)} rejected.
          </Figure>
        ))}
      </Figures>
      {loss.destinations.length === 0 && (
        <Text size="sm" c="dimmed">
          There is no destination yet, so nothing is sent on to Meta or others.
        </Text>
      )}
    </Section>
  )
}

interface LostProps extends PartProps {
  readonly why: Pick<ReportProps, 'datasetId' | 'window'>
}

function Lost({ loss, sentence, why: { datasetId, window } }: LostProps) {
  const { total, recovered } = loss
  if (total.known === 0) {
    return (
      <Section title="What browsers missed">
        <Text>
          Your server reported no {nameOf(loss)} of the website {sentence}, so nobody can say what
          browsers missed. Report them from your server too.
        </Text>
      </Section>
    )
  }
  return (
    <Section
      title="What browsers missed"
      hint="Of what your server reported from the website. What neither side reported is seen by nobody: the true loss is at least this."
    >
      <Stack gap="sm">
        <Text size="lg" data-testid="loss">
          <ShareWords part={total.lost} all={total.known} low={total.low} high={total.high} />:{' '}
          {formatCount(total.lost)} of {formatCount(total.known)}
          {total.few && ', too few to say much'}
        </Text>
        <Scale value={total.rate} low={total.low} high={total.high} max={1} />
        <Text size="sm">
          <TextLink
            to="/datasets/$datasetId/deduplication"
            params={{ datasetId }}
            search={{ window, event: loss.event_name ?? undefined }}
            inherit
          >
            Why the browser missed them
          </TextLink>
          , with samples: blocked, never seen, too late, no shared id.
        </Text>
      </Stack>
      <Figures>
        <Figure
          label="Recovered by the server"
          value={countOf(recovered.events, 'event')}
          testId="recovered"
        >
          known to nobody without it
        </Figure>
        {recovered.money.map(({ currency, sum_exact }) => {
          const all = recovered.counted_money.find((one) => one.currency === currency)
          return (
            <Figure
              key={currency}
              label={`Recovered in ${currency}`}
              value={formatMoney(sum_exact, currency)}
            >
              {all
                ? `${formatShare(Number(sum_exact), Number(all.sum_exact))} of ${formatMoney(all.sum_exact, currency)} counted`
                : ''}
            </Figure>
          )
        })}
      </Figures>
    </Section>
  )
}

interface LossTableProps {
  readonly title: string
  readonly rows: LossAnswer['by_browser']
  readonly sentence: string
}

function LossTable({ title, rows, sentence }: LossTableProps) {
  return (
    <Section
      title={title}
      hint={`Share of n server-reported conversions that the browser missed ${sentence}, with its 95% interval.`}
    >
      <Scroll label={title}>
        <Table className={classes.table ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">
                {title.replace('By ', '').replace(/^./, (c) => c.toUpperCase())}
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                n
              </Table.Th>
              <Table.Th scope="col" className={classes.number ?? ''}>
                Missed
              </Table.Th>
              <Table.Th scope="col">Share missed</Table.Th>
              <Table.Th
                scope="col"
                visibleFrom="sm"
                aria-label="Picture of the share and its interval"
              />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.name}>
                <Table.Th scope="row" fw={400}>
                  {agentWords(row.name)}
                </Table.Th>
                <Table.Td className={classes.number ?? ''}>{formatCount(row.known)}</Table.Td>
                <Table.Td className={classes.number ?? ''}>{formatCount(row.lost)}</Table.Td>
                <Table.Td>
                  <ShareWords part={row.lost} all={row.known} low={row.low} high={row.high} />
                  {row.few && (
                    <Text size="sm" c="dimmed">
                      too few to compare
                    </Text>
                  )}
                </Table.Td>
                <Table.Td w={140} pt={14} visibleFrom="sm">
                  <Scale value={row.rate} low={row.low} high={row.high} max={1} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}
