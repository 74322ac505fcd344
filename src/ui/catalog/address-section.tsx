/** The address that a feed is fetched from, again and again. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { CatalogAnswer } from '../../api/types.ts'
import { fetchFeed, removeSource, setSource } from '../catalog-queries.ts'
import { countOf } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { ImportReport } from './import-report.tsx'

interface Props {
  readonly datasetId: string
  readonly catalog: CatalogAnswer
}

export function AddressSection({ datasetId, catalog: { source } }: Props) {
  const [isChanging, setChanging] = useState(false)
  return (
    <Section
      title="Fetch a feed from an address"
      hint="Fetched every few hours, and read only when it changed. What follows the question mark is kept secret."
    >
      {source && !isChanging ? (
        <Known datasetId={datasetId} source={source} onChange={() => setChanging(true)} />
      ) : (
        <AddressForm
          datasetId={datasetId}
          source={source}
          onDone={() => setChanging(false)}
          isChanging={isChanging}
        />
      )}
    </Section>
  )
}

type Source = NonNullable<CatalogAnswer['source']>

interface KnownProps {
  readonly datasetId: string
  readonly source: Source
  readonly onChange: () => void
}

function Known({ datasetId, source, onChange }: KnownProps) {
  const queries = useQueryClient()
  const onSettled = () => queries.invalidateQueries({ queryKey: ['catalog', datasetId] })
  const run = useMutation({
    mutationFn: (confirm: boolean) => fetchFeed(datasetId, confirm),
    onSettled,
  })
  const remove = useMutation({ mutationFn: () => removeSource(datasetId), onSettled })
  const { url, every_hours, currency, next_ms, failures, error } = source
  return (
    <Stack gap="sm">
      <Text data-testid="address" style={{ overflowWrap: 'anywhere' }}>
        {url ?? 'An address that cannot be read'}, every {countOf(every_hours, 'hour')}
        {currency && `, prices in ${currency}`}. Next <Time ms={next_ms} as="moment" />.
      </Text>
      {error !== null && (
        <Text c="red" data-testid="fetch-error">
          {url !== null && `Failed ${countOf(failures, 'time')} in a row, the last: `}
          {error}
        </Text>
      )}
      <Group>
        <Button loading={run.isPending} onClick={() => run.mutate(false)}>
          Fetch now
        </Button>
        <Button variant="default" onClick={onChange}>
          Change
        </Button>
        <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          Stop fetching
        </Button>
      </Group>
      {(run.error ?? remove.error) && <Failed error={run.error ?? remove.error} />}
      {run.data && !run.isPending && (
        <ImportReport report={run.data} onConfirm={() => run.mutate(true)} />
      )}
    </Stack>
  )
}

interface FormProps {
  readonly datasetId: string
  readonly source: Source | null
  readonly isChanging: boolean
  readonly onDone: () => void
}

const HOURS = [1, 2, 3, 6, 12, 24, 48, 168]

function AddressForm({ datasetId, source, isChanging, onDone }: FormProps) {
  const queries = useQueryClient()
  const [url, setUrl] = useState('')
  const [hours, setHours] = useState(source?.every_hours ?? 24)
  const [currency, setCurrency] = useState(source?.currency ?? '')
  const save = useMutation({
    mutationFn: async () => {
      const own = currency === '' ? {} : { currency }
      await setSource(datasetId, { url, every_hours: hours, ...own })
      return fetchFeed(datasetId, false)
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['catalog', datasetId] }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group align="flex-end">
          <TextInput
            label="Address of the feed"
            type="url"
            required
            placeholder="https://shop.example.com/feed.xml"
            value={url}
            onChange={({ currentTarget }) => setUrl(currentTarget.value)}
            w={{ base: '100%', sm: 420 }}
          />
          <NativeSelect
            label="How often"
            value={String(hours)}
            data={[...new Set([...HOURS, hours])].map((value) => ({
              value: String(value),
              label: `every ${countOf(value, 'hour')}`,
            }))}
            onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
          />
          <TextInput
            label="Currency of all prices"
            description="Only where the feed names none"
            placeholder="EUR"
            value={currency}
            maxLength={3}
            onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
            w={{ base: '100%', sm: 230 }}
          />
        </Group>
        <Group>
          <Button type="submit" loading={save.isPending}>
            Save and fetch
          </Button>
          {isChanging && (
            <Button variant="default" onClick={onDone}>
              Cancel
            </Button>
          )}
        </Group>
        {save.error && <Failed error={save.error} />}
      </Stack>
    </form>
  )
}
