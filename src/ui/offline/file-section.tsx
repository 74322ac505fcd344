/** A file of offline sales: chosen, its columns named, tried, and imported with its progress. */
import {
  Button,
  FileInput,
  Group,
  Loader,
  NativeSelect,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OfflineStateAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { importOffline, offlineQuery, type Reading } from '../offline-queries.ts'
import { FileColumns } from '../parts/file-columns.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { FileReport } from './file-report.tsx'
import { COLUMNS, SOURCES } from './words.ts'

const NO_CHANGES: Partial<Reading> = {}

export function FileSection({ datasetId }: { readonly datasetId: string }) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [changes, setChanges] = useState(NO_CHANGES)
  const run = useMutation({
    mutationFn: (dryRun: boolean) => {
      if (!file) throw new Error('Choose a file first.')
      return importOffline(datasetId, { file, reading, dryRun })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['offline-imports'] }),
  })
  const { data: state } = useQuery(offlineQuery(datasetId, run.isPending))
  const reading = readingOf(state, changes)
  const change = (next: Partial<Reading>): void => setChanges((before) => ({ ...before, ...next }))
  const [last] = state?.imports ?? []
  return (
    <Section
      title="A file of sales"
      hint="CSV with at least a time, and for purchases a value; order number, e-mail and phone make it better. E-mail and phone are hashed as they are read. Imported again, nothing is counted twice."
    >
      <FileInput
        label="File"
        placeholder="Choose a CSV file"
        accept=".csv,text/csv"
        value={file}
        onChange={(chosen) => {
          run.reset()
          setChanges(({ columns: _, ...rest }) => rest)
          setFile(chosen)
        }}
        w={{ base: '100%', sm: 320 }}
        clearable
      />
      <Defaults reading={reading} onChange={change} />
      {run.data && (
        <FileColumns
          known={COLUMNS}
          report={run.data}
          chosen={reading.columns}
          onChange={(columns) => change({ columns })}
        />
      )}
      <Group>
        <Button
          variant="default"
          disabled={!file || run.isPending}
          loading={run.isPending && run.variables}
          onClick={() => run.mutate(true)}
        >
          Try it
        </Button>
        <Button
          disabled={!file || run.isPending}
          loading={run.isPending && !run.variables}
          onClick={() => run.mutate(false)}
        >
          Import
        </Button>
      </Group>
      <Running state={state} isSending={run.isPending} />
      {run.error && <Failed error={run.error} />}
      {run.data && !run.isPending && <FileReport report={run.data} />}
      {!run.data && !run.isPending && last && (
        <Text size="sm" c="dimmed">
          Last import <Time ms={last.at_ms} as="moment" />: {countOf(last.rows, 'row')},{' '}
          {formatCount(last.added)} counted, {countOf(last.bad, 'bad row')}.
        </Text>
      )}
    </Section>
  )
}

/** What was changed here, else as the last file was read. */
function readingOf(state: OfflineStateAnswer | undefined, changes: Partial<Reading>): Reading {
  const { event_name, action_source, currency } = state?.reading ?? {}
  return {
    columns: {},
    event_name: event_name ?? 'Purchase',
    action_source: action_source ?? 'physical_store',
    currency: currency ?? '',
    ...changes,
  }
}

interface ReadingProps {
  readonly reading: Reading
  readonly onChange: (change: Partial<Reading>) => void
}

function Defaults({ reading, onChange }: ReadingProps) {
  return (
    <Stack gap={6}>
      <Text size="sm">Where a row does not say it:</Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }} maw={720}>
        <TextInput
          label="Event"
          value={reading.event_name}
          maxLength={100}
          onChange={({ currentTarget: { value } }) => onChange({ event_name: value })}
        />
        <NativeSelect
          label="Where it happened"
          data={[...SOURCES]}
          value={reading.action_source}
          onChange={({ currentTarget: { value } }) => onChange({ action_source: value })}
        />
        <TextInput
          label="Currency"
          placeholder="EUR"
          value={reading.currency}
          maxLength={3}
          onChange={({ currentTarget: { value } }) => onChange({ currency: value.toUpperCase() })}
        />
      </SimpleGrid>
    </Stack>
  )
}

interface RunningProps {
  readonly state: OfflineStateAnswer | undefined
  readonly isSending: boolean
}

/** Also of an import that somebody else started, or that goes on after a reload. */
function Running({ state, isSending }: RunningProps) {
  const running = state?.running
  if (!running && !isSending) return null
  return (
    <Group gap="sm" role="status" data-testid="running">
      <Loader size="sm" aria-hidden />
      <Text size="sm">
        {running
          ? `${running.dry_run ? 'Trying' : 'Importing'}: ${countOf(running.rows, 'row')} so far, ${formatCount(running.bad)} bad.`
          : 'Sending the file.'}
      </Text>
    </Group>
  )
}
