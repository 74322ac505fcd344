/** The proof of consent as a file: who said what, what was decided, what was taken out. */
import { Button, Group, Select, Text, TextInput } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { Section } from '../parts/section.tsx'

type Format = 'csv' | 'ndjson'

const DAY_MS = 86_400_000
const DAYS = 30

export function ConsentExport({ datasetId }: { datasetId: string }) {
  const [from, setFrom] = useState(() => dayOf(Date.now() - DAYS * DAY_MS))
  const [to, setTo] = useState(() => dayOf(Date.now()))
  const [format, setFormat] = useState<Format>('csv')
  const isBackwards = from !== '' && to !== '' && from > to
  return (
    <Section
      title="Proof of consent"
      hint="One line for each event: which signal spoke, what it allowed each kind of destination, and what was taken out before the event was stored. Match keys are never in it."
    >
      <Group gap="md" align="flex-end">
        <TextInput
          type="date"
          label="From"
          value={from}
          max={to}
          onChange={(change) => setFrom(change.currentTarget.value)}
        />
        <TextInput
          type="date"
          label="Up to and with"
          value={to}
          min={from}
          onChange={(change) => setTo(change.currentTarget.value)}
        />
        <Select
          label="As"
          w={190}
          allowDeselect={false}
          data={[
            { value: 'csv', label: 'Table (CSV)' },
            { value: 'ndjson', label: 'JSON lines' },
          ]}
          value={format}
          onChange={(next) => next && setFormat(next as Format)}
        />
        <Button
          component="a"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          {...(isBackwards
            ? { 'aria-disabled': true, 'data-disabled': true }
            : { href: hrefOf(datasetId, { from, to, format }), download: '' })}
        >
          Download
        </Button>
      </Group>
      <Text size="sm" c="dimmed" role={isBackwards ? 'alert' : undefined}>
        {isBackwards
          ? 'The first day must not be after the last.'
          : 'Days are those of your time zone. Without a day, everything is exported.'}
      </Text>
    </Section>
  )
}

interface Wanted {
  readonly from: string
  readonly to: string
  readonly format: Format
}

function hrefOf(datasetId: string, { from, to, format }: Wanted): string {
  const query = new URLSearchParams({ format })
  if (from !== '') query.set('from', String(startOf(from, 0)))
  if (to !== '') query.set('to', String(startOf(to, 1)))
  return `/api/datasets/${datasetId}/consents?${query.toString()}`
}

/** A day of the reader's as the browser's date input writes it. */
function dayOf(ms: number): string {
  const day = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

/** Its first second; `daysLater` by the calendar, so that days of 23 and 25 hours are whole. */
function startOf(text: string, daysLater: number): number {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number)
  return Math.floor(new Date(year, month - 1, day + daysLater).getTime() / 1000)
}
