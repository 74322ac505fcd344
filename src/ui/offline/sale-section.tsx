/** One sale typed in: e-mail and phone are hashed on this page, and only the hashes are sent. */
import { Alert, Button, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { DatasetView, OfflineSaleAnswer } from '../../api/types.ts'
import { recordSale } from '../offline-queries.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { hashPerson } from './hash-person.ts'
import { SOURCES, type Source } from './words.ts'

/** As an input of the browser writes it: local, to the minute. */
function localNow(): string {
  const now = new Date()
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

const emptySale = (before?: Sale): Sale => ({
  source: before?.source ?? 'phone_call',
  currency: before?.currency ?? '',
  time: localNow(),
  value: '',
  order: '',
  email: '',
  phone: '',
})

interface Sale {
  readonly source: Source
  readonly time: string
  readonly value: string
  readonly currency: string
  readonly order: string
  readonly email: string
  readonly phone: string
}

export function SaleSection({ dataset }: { readonly dataset: DatasetView }) {
  const [sale, setSale] = useState(() => emptySale())
  const change = (next: Partial<Sale>): void => setSale((before) => ({ ...before, ...next }))
  const run = useMutation({
    mutationFn: async () =>
      recordSale(dataset.dataset_id, {
        event_time: Math.floor(new Date(sale.time).getTime() / 1000),
        action_source: sale.source,
        value: sale.value.trim().replace(',', '.'),
        currency: sale.currency,
        ...(sale.order.trim() ? { order_id: sale.order.trim() } : {}),
        user_data: await hashPerson(sale, dataset.default_country),
      }),
    onSuccess: () => setSale(emptySale),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    run.mutate()
  }
  return (
    <Section
      title="One sale by hand"
      hint="By phone or in the store. E-mail and phone are hashed on this page; what you type stays here."
    >
      <form onSubmit={submit}>
        <Stack gap="md" align="flex-start">
          <SaleFields sale={sale} onChange={change} country={dataset.default_country} />
          <Button type="submit" loading={run.isPending}>
            Record the sale
          </Button>
          {run.error && <Failed error={run.error} />}
          {run.data && <Recorded datasetId={dataset.dataset_id} outcome={run.data} />}
        </Stack>
      </form>
    </Section>
  )
}

/** So that the inputs of a row stand on one line. */
const ORDER = ['label', 'input', 'description', 'error'] as const

interface SaleFieldsProps {
  readonly sale: Sale
  readonly country: string | null
  readonly onChange: (change: Partial<Sale>) => void
}

function SaleFields({ sale, country, onChange }: SaleFieldsProps) {
  const field = (name: keyof Sale) => ({
    value: sale[name],
    autoComplete: 'off',
    inputWrapperOrder: [...ORDER],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      onChange({ [name]: currentTarget.value }),
  })
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} w="100%">
      <NativeSelect
        label="It was made"
        data={[...SOURCES]}
        value={sale.source}
        onChange={({ currentTarget }) => onChange({ source: currentTarget.value as Source })}
      />
      <TextInput
        label="When"
        type="datetime-local"
        description={sale.source === 'physical_store' ? 'Up to 62 days ago' : 'Up to 7 days ago'}
        required
        {...field('time')}
      />
      <TextInput
        label="Sale value"
        inputMode="decimal"
        placeholder="29.95"
        pattern="[0-9]{1,12}([.,][0-9]{1,6})?"
        title="An amount such as 29.95"
        required
        {...field('value')}
      />
      <TextInput
        label="Currency of the sale"
        placeholder="EUR"
        pattern="[A-Za-z]{3}"
        title="A code such as EUR"
        maxLength={3}
        required
        {...field('currency')}
      />
      <TextInput
        label="Number of the order"
        description="With it, no other report of the sale counts again"
        maxLength={200}
        {...field('order')}
      />
      <TextInput label="E-mail of the buyer" type="email" {...field('email')} />
      <TextInput
        label="Phone of the buyer"
        type="tel"
        description={
          country ? `Without a country code it is of ${country}` : 'With its country code'
        }
        {...field('phone')}
      />
    </SimpleGrid>
  )
}

interface RecordedProps {
  readonly datasetId: string
  readonly outcome: OfflineSaleAnswer
}

function Recorded({ datasetId, outcome: { verdict, reason, seq } }: RecordedProps) {
  const words =
    verdict === 'accepted'
      ? 'Counted.'
      : verdict === 'duplicate'
        ? 'It was counted before, so it is not counted again.'
        : `Not counted: ${reason ?? verdict}.`
  return (
    <Alert color={verdict === 'accepted' ? 'green' : 'yellow'} role="status" data-testid="recorded">
      <Text size="sm">
        {words}{' '}
        {seq !== null && verdict !== 'rejected' && (
          <TextLink
            to="/datasets/$datasetId/events/$eventId"
            params={{ datasetId, eventId: String(seq) }}
          >
            See the event
          </TextLink>
        )}
      </Text>
    </Alert>
  )
}
