/** Does the count equal the orders? The figures, the days, the reasons, and the orders of a day. */
import { Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReconciliationAnswer, ReconciliationSums } from '../../api/types.ts'
import { countOf, formatCount, formatMoney } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Figure, Figures, Scale, ShareWords } from '../quality/parts.tsx'
import { datasetQuery } from '../queries.ts'
import { reconciliationQuery } from '../reconcile-queries.ts'
import { DayRows } from './day-rows.tsx'
import { DayTable } from './day-table.tsx'
import { ImportSection } from './import-section.tsx'
import { Reasons } from './reasons.tsx'
import { SendSection } from './send-section.tsx'
import { SourceOfTruth } from './source-of-truth.tsx'

const ORDERS_OF = {
  none: '',
  csv: 'files',
  polls: 'shops, as they say when asked,',
  webhooks: 'connected sources',
} as const

export function ReconciliationPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { from, to, day, show } = useSearch({
    from: '/signed-in/datasets/$datasetId/reconciliation',
  })
  const navigate = useNavigate({ from: '/datasets/$datasetId/reconciliation' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, isPending, refetch } = useQuery(reconciliationQuery(datasetId, { from, to }))
  const locked = !dataset?.may.includes('develop')
  const change = (next: { from?: string; to?: string; day?: string; show?: 'all' | undefined }) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: true,
      resetScroll: false,
    })
  const first = from ?? data?.days.at(-1)?.day ?? ''
  const last = to ?? data?.days[0]?.day ?? ''
  const hasOrders = data && data.orders_from !== 'none'
  return (
    <Page
      title="Reconciliation"
      of={dataset?.name ?? ''}
      lead={
        hasOrders
          ? `Orders of your ${ORDERS_OF[data.orders_from]} against purchases counted here, by days of the shop (${data.zone}). A purchase belongs to the day of its order here, and in Overview to the hour in which its first report came in.`
          : 'Does the count equal the orders? Compares purchases with what your shop sold.'
      }
      actions={
        hasOrders && (
          <Group>
            <DayInput label="From" value={first} onChange={(one) => change({ from: one })} />
            <DayInput label="To" value={last} onChange={(one) => change({ to: one })} />
          </Group>
        )
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {dataset && data && <SourceOfTruth dataset={dataset} found={data} locked={locked} />}
      {hasOrders && data.total.orders + data.total.counted > 0 && (
        <>
          <Count datasetId={datasetId} found={data} />
          <Reasons total={data.total} />
          <SendSection datasetId={datasetId} found={data} days={{ from, to }} locked={locked} />
          <DayTable days={data.days} chosen={day} onChoose={(one) => change({ day: one })} />
          {day && (
            <DayRows
              key={`${day} ${show}`}
              datasetId={datasetId}
              day={day}
              show={show ?? 'differences'}
              onShow={(all) => change({ show: all ? 'all' : undefined })}
            />
          )}
        </>
      )}
      {!locked && <ImportSection datasetId={datasetId} />}
    </Page>
  )
}

interface DayInputProps {
  readonly label: string
  readonly value: string
  readonly onChange: (day: string) => void
}

function DayInput({ label, value, onChange }: DayInputProps) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value}
      onChange={({ currentTarget }) => {
        if (currentTarget.value) onChange(currentTarget.value)
      }}
    />
  )
}

function Count({
  datasetId,
  found: { total, reports, days },
}: {
  readonly datasetId: string
  readonly found: ReconciliationAnswer
}) {
  const { discrepancy, browser_alone, ids_alone } = total
  const sentence = `came in on ${countOf(days.length, 'day')}`
  return (
    <Section
      title="Count and orders"
      hint={`${countOf(reports.received, 'report')} of purchases ${sentence}: ${formatCount(reports.duplicate)} duplicates, ${formatCount(reports.dropped)} dropped, ${formatCount(reports.rejected)} rejected, ${formatCount(reports.counted)} counted.`}
    >
      <Figures>
        <Figure label="Orders sold" value={formatCount(total.orders)} testId="orders">
          {notSold(total)}
        </Figure>
        <Figure label="Purchases counted" value={formatCount(total.counted)} testId="counted">
          {formatCount(total.browser)} orders by the browser, {formatCount(total.server)} by a
          server, {formatCount(total.both)} by both
        </Figure>
        <Figure label="Missing" value={formatCount(total.missing)} testId="missing">
          sold, not counted
        </Figure>
        <Figure label="Extra" value={formatCount(total.extra)} testId="extra">
          counted, not sold
        </Figure>
        {total.elsewhere > 0 && (
          <Figure
            label="Store and phone sales"
            value={formatCount(total.elsewhere)}
            testId="elsewhere"
          >
            counted as well, not in this shop’s orders
          </Figure>
        )}
        <Figure label="Left out on purpose" value={formatCount(total.left_out)}>
          no consent, a rule, a test
        </Figure>
        {total.destinations.map(
          ({ destination_id, name, accepted, refused, waiting, not_sent }) => (
            <Figure
              key={destination_id}
              label={`Accepted by ${name}`}
              value={formatCount(accepted)}
              testId="accepted"
            >
              of {formatCount(total.counted)}; {formatCount(refused)} refused,{' '}
              {formatCount(waiting)} waiting, {formatCount(not_sent)} never sent there
              {not_sent > 0 && (
                <>
                  :{' '}
                  <TextLink
                    to="/datasets/$datasetId/deliveries/replay"
                    params={{ datasetId }}
                    inherit
                  >
                    send what it has not had
                  </TextLink>
                </>
              )}
            </Figure>
          ),
        )}
      </Figures>
      <Off title="Off by" one={discrepancy} testId="off" />
      <Off title="The browser alone would be off by" one={browser_alone} />
      <Off title="By event ids alone, as ad platforms count, it would be off by" one={ids_alone} />
      <Money total={total} />
    </Section>
  )
}

function notSold({ not_sold }: ReconciliationSums): string {
  const parts = Object.entries(not_sold).map(([status, n]) => `${formatCount(n)} ${status}`)
  return parts.length > 0 ? `and no sale: ${parts.join(', ')}` : 'paid'
}

interface OffProps {
  readonly title: string
  readonly one: ReconciliationSums['discrepancy']
  readonly testId?: string
}

function Off({ title, one, testId }: OffProps) {
  const { missing, extra, of, share, low, high } = one
  if (share === null) return <Text>{title}: nothing to compare.</Text>
  return (
    <Stack gap={6}>
      <Text data-testid={testId}>
        {title} <ShareWords part={missing + extra} all={of} low={low} high={high} />:{' '}
        {formatCount(missing)} missing and {formatCount(extra)} extra of {formatCount(of)}
        {of < 100 && ', too few to say much'}
      </Text>
      <Scale value={share} low={low} high={high} max={1} />
    </Stack>
  )
}

function Money({ total: { money, left_out } }: { readonly total: ReconciliationSums }) {
  return (
    <Stack gap={2}>
      {money.map(({ currency, orders, counted, difference }) => (
        <Text key={currency} size="sm">
          {currency}: orders to be counted {formatMoney(orders, currency)}, counted{' '}
          {formatMoney(counted, currency)}, difference{' '}
          <b>
            {difference.startsWith('-') || difference === '0' ? '' : '+'}
            {formatMoney(difference, currency)}
          </b>
        </Text>
      ))}
      {money.length > 0 && left_out > 0 && (
        <Text size="sm" c="dimmed">
          The money of the {countOf(left_out, 'order')} left out on purpose is in neither sum.
        </Text>
      )}
    </Stack>
  )
}
