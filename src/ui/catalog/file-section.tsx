/** A feed from a file: tried first, then taken in. */
import { Button, FileInput, Group, Loader, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { CatalogAnswer } from '../../api/types.ts'
import { catalogQuery, importFeed } from '../catalog-queries.ts'
import { countOf, formatCount } from '../format.ts'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { ImportReport } from './import-report.tsx'

interface Props {
  readonly datasetId: string
  readonly catalog: CatalogAnswer
}

export function FileSection({ datasetId, catalog }: Props) {
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [currency, setCurrency] = useState('')
  const run = useMutation({
    mutationFn: ({ chosen, ...how }: { chosen: File; dryRun: boolean; confirm: boolean }) =>
      importFeed(datasetId, { file: chosen, currency, ...how }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['catalog', datasetId] }),
  })
  // The same query as the page's: looked at more often while this one sends.
  useQuery(catalogQuery(datasetId, run.isPending))
  const start = (dryRun: boolean, confirm = false) =>
    file && run.mutate({ chosen: file, dryRun, confirm })
  return (
    <Section
      title="Import a feed from a file"
      hint="CSV, TSV or XML (RSS, Atom) with the columns of Google or Meta, plain or gzip. It takes the place of the catalog in one step, after all of it was read."
    >
      <Group align="flex-end">
        <FileInput
          label="Product feed"
          placeholder="Choose a file"
          accept=".csv,.tsv,.txt,.xml,.gz"
          value={file}
          onChange={(chosen) => {
            run.reset()
            setFile(chosen)
          }}
          w={{ base: '100%', sm: 320 }}
          clearable
        />
        <TextInput
          label="Currency of all prices"
          placeholder="EUR"
          description="Only where the feed names none"
          value={currency}
          maxLength={3}
          onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
          w={{ base: '100%', sm: 220 }}
        />
        <Button
          variant="default"
          disabled={!file}
          loading={run.isPending && run.variables.dryRun}
          onClick={() => start(true)}
        >
          Try it
        </Button>
        <Button
          disabled={!file}
          loading={run.isPending && !run.variables.dryRun}
          onClick={() => start(false)}
        >
          Import
        </Button>
      </Group>
      {(run.isPending || catalog.running) && <Running catalog={catalog} />}
      {run.error && <Failed error={run.error} />}
      {run.data && !run.isPending && (
        <ImportReport report={run.data} onConfirm={() => start(run.variables.dryRun, true)} />
      )}
    </Section>
  )
}

function Running({ catalog: { running } }: Pick<Props, 'catalog'>) {
  return (
    <Group gap="sm" role="status" data-testid="running">
      <Loader size="sm" aria-hidden />
      <Text size="sm">
        {running
          ? `Reading the feed: ${countOf(running.rows, 'product')} so far, ${formatCount(running.bad)} bad.`
          : 'Sending the file.'}
      </Text>
    </Group>
  )
}
