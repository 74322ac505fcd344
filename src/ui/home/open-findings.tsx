/** What is wrong anywhere, the most money at stake first: where to begin. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { OpenFindings } from '../../api/types.ts'
import { call } from '../api-client.ts'
import { countOf, formatAbout, formatCount } from '../format.ts'
import { TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import classes from './dataset-card.module.css'

/** The server looks once a minute. */
const REFRESH_MS = 30_000
const SHOWN_AT_FIRST = 5

const findingsQuery = (business: string | undefined) =>
  queryOptions({
    queryKey: ['findings', business ?? ''],
    queryFn: () =>
      call<OpenFindings>(
        'GET',
        `/api/findings${business ? `?business_id=${encodeURIComponent(business)}` : ''}`,
      ),
    refetchInterval: REFRESH_MS,
  })

interface ListProps {
  readonly business: string | undefined
  /** Several datasets are there: then each finding says whose it is. */
  readonly many: boolean
}

export function OpenFindingsList({ business, many }: ListProps) {
  const { data, error, refetch } = useQuery(findingsQuery(business))
  const [all, setAll] = useState(false)
  if (error) return <Failed error={error} onRetry={() => void refetch()} />
  if (!data) return null
  const { open, findings } = data
  if (open === 0) {
    return (
      <Group gap="xs" data-testid="nothing-open">
        <IconCircleCheck size={18} color="var(--mantine-color-teal-7)" aria-hidden />
        <Text size="sm">
          No open finding. {many ? 'Every dataset is' : 'The dataset is'} looked at once a minute.
        </Text>
      </Group>
    )
  }
  const shown = all ? findings : findings.slice(0, SHOWN_AT_FIRST)
  const currencies = new Set(findings.flatMap(({ money }) => money.map((one) => one.currency)))
  return (
    <Section
      title={`${countOf(open, 'open finding')}, ${currencies.size > 0 ? 'the most money at stake first' : 'the most events first'}`}
      hint={hintOf(currencies.size)}
    >
      <ul className={classes.findings} aria-label="Open findings">
        {shown.map((finding) => (
          <li key={`${finding.dataset_id} ${finding.id}`} data-testid="open-finding">
            <Finding finding={finding} many={many} />
          </li>
        ))}
      </ul>
      {!all && findings.length > SHOWN_AT_FIRST && (
        <Group>
          <Button variant="default" size="xs" onClick={() => setAll(true)}>
            {open > findings.length
              ? `Show the first ${findings.length}`
              : `Show all ${formatCount(open)}`}
          </Button>
        </Group>
      )}
    </Section>
  )
}

function hintOf(currencies: number): string | undefined {
  if (currencies === 0) return undefined
  const estimate = 'Estimates: affected conversions at their mean value of the last 7 days.'
  return currencies > 1
    ? `${estimate} Currencies are not compared: each stands by itself.`
    : estimate
}

const SEVERITIES = {
  error: { words: 'Costs events or money', color: 'red' },
  warning: { words: 'Costs precision', color: 'orange' },
  suggestion: { words: 'Suggestion', color: 'gray' },
} as const

interface FindingProps {
  readonly finding: OpenFindings['findings'][number]
  readonly many: boolean
}

function Finding({ finding, many }: FindingProps) {
  const { dataset_id: datasetId, dataset_name, title, severity, evidence, money } = finding
  const { words, color } = SEVERITIES[severity]
  return (
    <Group justify="space-between" align="flex-start" gap="xs">
      <Stack gap={2} flex="1 1 260px" miw={0}>
        <TextLink to="/datasets/$datasetId/diagnostics" params={{ datasetId }} fw={600}>
          {title}
        </TextLink>
        <Text size="sm" c="dimmed" className={classes.name ?? ''}>
          {many && `${dataset_name}: `}
          {evidence}
        </Text>
      </Stack>
      <div className={classes.stake}>
        {money.length > 0 ? (
          <Text size="sm" fw={650}>
            about {money.map(({ about, currency }) => formatAbout(about, currency)).join(' and ')}
          </Text>
        ) : (
          finding.total > 0 && (
            <Text size="sm" c="dimmed">
              {formatCount(finding.affected)} of {formatCount(finding.total)} in{' '}
              {spanOf(finding.hours)}
            </Text>
          )
        )}
        <Badge color={color} variant="light" tt="none">
          {words}
        </Badge>
      </div>
    </Group>
  )
}

const spanOf = (hours: number): string =>
  hours >= 48 && hours % 24 === 0 ? `${hours / 24} days` : countOf(Math.round(hours), 'hour')
