/** Of the ids that events name, how many are in the catalog; by event, with interval and n. */
import { Table, Text } from '@mantine/core'
import type { CatalogReportAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Scale, Scroll, ShareWords } from '../quality/parts.tsx'
import classes from '../quality/quality.module.css'

/** What catalogs of ad platforms ask for. */
const GOAL = 0.9

type Event = CatalogReportAnswer['events'][number]

interface Props {
  readonly events: readonly Event[]
  readonly sentence: string
}

export function MatchSection({ events, sentence }: Props) {
  if (events.length === 0) {
    return (
      <Section title="Ids in the catalog">
        <Text>
          No event named a product {sentence}. Send content_ids or contents with ViewContent,
          AddToCart and Purchase. New events are held against the catalog within a minute.
        </Text>
      </Section>
    )
  }
  return (
    <>
      <Section
        title="Ids in the catalog"
        hint={`Of the product ids that events name ${sentence}, the share that is in the catalog as what the event says it is, with its 95% interval. The goal is more than 90%.`}
      >
        <Scroll label="Ids in the catalog">
          <Table className={classes.table ?? ''} data-testid="match">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Event</Table.Th>
                <Table.Th scope="col" className={classes.number ?? ''} visibleFrom="sm">
                  Reports
                </Table.Th>
                <Table.Th scope="col">Ids in the catalog</Table.Th>
                <Table.Th scope="col" visibleFrom="sm" aria-label="Picture of the share" />
                <Table.Th scope="col">The others</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {events.map((event) => (
                <Row key={event.event_name} event={event} />
              ))}
            </Table.Tbody>
          </Table>
        </Scroll>
        <KindHint events={events} />
      </Section>
      <Money events={events} sentence={sentence} />
    </>
  )
}

function Row({ event }: { readonly event: Event }) {
  const { matched, browser, server, unknown, group_as_product, product_as_group } = event
  const others = [
    [unknown, 'unknown id', 'unknown ids'],
    [group_as_product, 'group sent as product', 'groups sent as products'],
    [product_as_group, 'product sent as group', 'products sent as groups'],
  ] as const
  const words = others.filter(([n]) => n > 0).map(([n, one, many]) => countOf(n, one, many))
  const sides = [
    ['browsers', browser],
    ['servers', server],
  ] as const
  const bySide = sides
    .filter(([, { of }]) => of > 0)
    .map(([side, { n, of }]) => `${side} ${formatCount(n)} of ${formatCount(of)}`)
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {event.event_name}
      </Table.Th>
      <Table.Td className={classes.number ?? ''} visibleFrom="sm">
        {formatCount(event.reports)}
      </Table.Td>
      <Table.Td>
        <ShareWords part={matched.n} all={matched.of} low={matched.low} high={matched.high} />
        <Text size="sm" c="dimmed">
          n = {countOf(matched.of, 'id')}; {bySide.join(', ')}
        </Text>
      </Table.Td>
      <Table.Td w={140} pt={14} visibleFrom="sm">
        <Scale
          value={matched.of > 0 ? matched.n / matched.of : null}
          low={matched.low}
          high={matched.high}
          max={1}
          goal={GOAL}
        />
      </Table.Td>
      <Table.Td>
        {words.length > 0 ? words.join(', ') : 'none'}
        <Text size="sm" c="dimmed" hiddenFrom="sm">
          in {countOf(event.reports, 'report')}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}

/** Variants against groups: the other kind would match. */
function KindHint({ events }: { readonly events: readonly Event[] }) {
  const groups = events.reduce((sum, one) => sum + one.group_as_product, 0)
  const variants = events.reduce((sum, one) => sum + one.product_as_group, 0)
  return (
    <>
      {groups > 0 && (
        <Text size="sm" data-testid="groups-hint">
          {countOf(groups, 'id')} would match as product_group: send content_type product_group with
          them, or the id of the variant.
        </Text>
      )}
      {variants > 0 && (
        <Text size="sm" data-testid="variants-hint">
          {countOf(variants, 'id')} would match as product: send content_type product with them, or
          the item_group_id.
        </Text>
      )}
    </>
  )
}

function Money({ events, sentence }: Props) {
  const own = events.filter(
    ({ price_off, currency_off, value_off }) => price_off.of + currency_off.of + value_off.of > 0,
  )
  if (own.length === 0) return null
  return (
    <Section
      title="Prices, currencies and values"
      hint={`Reports ${sentence} that could be compared. Off: a price more than 2% from the feed, another currency, a value under half or over double of what the feed adds up to.`}
    >
      <Scroll label="Prices, currencies and values">
        <Table className={classes.table ?? ''} data-testid="money">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Event</Table.Th>
              <Table.Th scope="col">Price off</Table.Th>
              <Table.Th scope="col">Another currency</Table.Th>
              <Table.Th scope="col">Value off</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {own.map(({ event_name, price_off, currency_off, value_off }) => (
              <Table.Tr key={event_name}>
                <Table.Th scope="row" fw={400}>
                  {event_name}
                </Table.Th>
                <Off of={price_off} />
                <Off of={currency_off} />
                <Off of={value_off} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Section>
  )
}

function Off({ of: { n, of, low, high } }: { readonly of: Event['price_off'] }) {
  if (of === 0) return <Table.Td>nothing to compare</Table.Td>
  return (
    <Table.Td>
      <ShareWords part={n} all={of} low={low} high={high} />
      <Text size="sm" c="dimmed">
        {formatCount(n)} of {countOf(of, 'report')}
      </Text>
    </Table.Td>
  )
}
