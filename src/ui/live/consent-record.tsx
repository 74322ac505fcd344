/** The consent record of one event, as the export has it: asked for only when a person looks. */
import { Button, Code, Skeleton, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useId } from 'react'
import type { ConsentRecord } from '../../api/types.ts'
import { lines } from '../api-client.ts'
import { Failed } from '../parts/states.tsx'
import { readable } from '../words.ts'
import classes from './live.module.css'

export function ConsentDetails({ seq, eventId }: { seq: number; eventId: string }) {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const record = useQuery({
    queryKey: ['consent-record', datasetId, seq],
    queryFn: async () => {
      const query = new URLSearchParams({ event_id: eventId })
      const found = await lines<ConsentRecord>(`/api/datasets/${datasetId}/consents?${query}`)
      return found.find((one) => one.seq === seq) ?? null
    },
    enabled: opened,
  })
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        aria-expanded={opened}
        aria-controls={id}
        onClick={toggle}
        leftSection={
          <IconChevronRight
            size={14}
            aria-hidden
            className={classes.chevron ?? ''}
            data-opened={opened || undefined}
          />
        }
      >
        Consent record
      </Button>
      <div id={id}>
        {opened && (
          <Stack gap="xs" mt="sm">
            {record.isPending && <Skeleton height={72} />}
            {record.error && <Failed error={record.error} onRetry={() => void record.refetch()} />}
            {record.data === null && <Text size="sm">It is not stored any more.</Text>}
            {record.data && <ConsentFacts record={record.data} />}
          </Stack>
        )}
      </div>
    </div>
  )
}

export function ConsentFacts({ record }: { record: ConsentRecord }) {
  return (
    <dl className={classes.facts} data-testid="consent-record">
      {factsOf(record).map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{STRINGS.includes(label) ? <Code>{value}</Code> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

const STRINGS = ['TCF string', 'GPP string']

function factsOf(record: ConsentRecord): readonly (readonly [string, string])[] {
  const { state, signal, region, action, destinations, stripped, tcf, gpp } = record
  const by = (decision: string): string =>
    Object.entries(destinations)
      .flatMap(([type, decided]) => (decided === decision ? [type] : []))
      .join(', ')
  const mode = Object.entries(record.consent_mode ?? {}).map((pair) => pair.join(': '))
  const facts: readonly (readonly [string, string | null])[] = [
    ['Consent', readable(state)],
    ['Said by', SIGNAL_WORDS[signal] ?? signal],
    ['Region', region],
    ['Decided', ACTION_WORDS[action]],
    ['May have it', by('allowed')],
    ['For limited use', by('limited')],
    ['May not have it', by('not_consented')],
    ['Taken out', stripped.join(', ')],
    ['Consent Mode', mode.join(', ')],
    ['TCF string', tcf],
    ['GPP string', gpp],
  ]
  return facts.flatMap(([label, value]) => (value ? [[label, value] as const] : []))
}

const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  fbq: 'fbq(‘consent’) on the page',
  gpc: 'Global Privacy Control of the browser',
  tcf: 'IAB TCF string',
  gpp: 'IAB GPP or US Privacy string',
  consent_mode: 'Google Consent Mode',
  api: 'The sender of the event',
  none: 'Nobody',
}

const ACTION_WORDS: Readonly<Record<ConsentRecord['action'], string>> = {
  keep: 'Counted and sent',
  limit: 'Sent for limited use',
  anonymous: 'Counted without identifiers',
  drop: 'Not counted',
}
