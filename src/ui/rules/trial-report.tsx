/** What a trial found: counts, each rule, each field, and samples with before and after. */
import { Alert, Badge, Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import type { RuleTrial } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { Time } from '../parts/time.tsx'
import { CHANNEL_WORDS } from '../words.ts'
import { type Rule, titleOf } from './rule.ts'
import { shortField } from './rule-words.ts'
import classes from './rules.module.css'

type Sample = RuleTrial['samples'][number]

export function TrialReport({ trial, rules }: { trial: RuleTrial; rules: readonly Rule[] }) {
  const titles = new Map(rules.map((rule) => [rule.id, titleOf(rule)]))
  const title = (id: string): string => titles.get(id) ?? id
  return (
    <Stack gap="lg" data-testid="trial">
      <Counts trial={trial} />
      {trial.by_rule.length > 0 && trial.tried > 0 && <ByRule trial={trial} title={title} />}
      {trial.by_field.length > 0 && (
        <Stack gap={6}>
          <Title order={3} size="h5">
            Fields that change
          </Title>
          <Group gap={6}>
            {trial.by_field.map(({ field, changed }) => (
              <Badge key={field} variant="default" tt="none" fw={500} radius="sm" title={field}>
                {shortField(field)} {formatCount(changed)}
              </Badge>
            ))}
          </Group>
        </Stack>
      )}
      <Samples samples={trial.samples} title={title} />
      {trial.notes.length > 0 && (
        <Alert
          variant="default"
          icon={<IconInfoCircle aria-hidden />}
          title="What a trial cannot show"
        >
          <ul className={classes.plain}>
            {trial.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Alert>
      )}
    </Stack>
  )
}

function Counts({ trial }: { trial: RuleTrial }) {
  const { tried, skipped, matched, changed, dropped, routed } = trial
  const facts = [
    ['Tried', tried],
    ['Matched a rule', matched],
    ['Changed', changed],
    ['Left out', dropped],
    ['Routed', routed],
  ] as const
  return (
    <Stack gap={6} role="status">
      <dl className={classes.counts}>
        {facts.map(([label, n]) => (
          <div key={label} data-none={n === 0 || undefined}>
            <dt>{label}</dt>
            <dd>{formatCount(n)}</dd>
          </div>
        ))}
      </dl>
      {tried === 0 && (
        <Text size="sm">Nothing was received yet: try them on events of your own.</Text>
      )}
      {skipped > 0 && (
        <Text size="sm" c="dimmed">
          {countOf(skipped, 'more report')} never reached the rules: refused, or left out before.
        </Text>
      )}
    </Stack>
  )
}

interface Titled {
  readonly title: (ruleId: string) => string
}

function ByRule({ trial, title }: { trial: RuleTrial } & Titled) {
  return (
    <Table className={classes.byRule ?? ''} aria-label="What each rule would do">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Rule</Table.Th>
          {['Matched', 'Acted on', 'Left out', 'Not possible'].map((label) => (
            <Table.Th key={label} scope="col" className={classes.number ?? ''}>
              {label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {trial.by_rule.map(({ rule_id, matched, changed, dropped, not_applied, failed }) => (
          <Table.Tr key={rule_id}>
            <Table.Th scope="row" fw={500}>
              {title(rule_id)}
            </Table.Th>
            <Count label="Matched" n={matched} />
            <Count label="Acted on" n={changed} />
            <Count label="Left out" n={dropped} />
            <Count label="Not possible" n={not_applied + failed} />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Count({ label, n }: { label: string; n: number }) {
  return (
    <Table.Td className={classes.number ?? ''} data-label={label}>
      <Text span inherit {...(n === 0 ? { c: 'dimmed' } : {})}>
        {formatCount(n)}
      </Text>
    </Table.Td>
  )
}

const SHOWN = 6

function Samples({ samples, title }: { samples: readonly Sample[] } & Titled) {
  const [all, showAll] = useState(false)
  if (samples.length === 0) return null
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        Examples
      </Title>
      <ul className={classes.samples}>
        {samples.slice(0, all ? samples.length : SHOWN).map((sample) => (
          <SampleRow
            key={sample.seq ?? `given-${String(sample.index)}`}
            sample={sample}
            title={title}
          />
        ))}
      </ul>
      {!all && samples.length > SHOWN && (
        <div>
          <Button size="xs" variant="default" onClick={() => showAll(true)}>
            Show all {samples.length} examples
          </Button>
        </div>
      )}
    </Stack>
  )
}

function SampleRow({ sample, title }: { sample: Sample } & Titled) {
  const { event_name, channel, received_at, seq, index, verdict, acted, changes, routes } = sample
  return (
    <li className={classes.sample}>
      <Group gap={8}>
        <Text fw={650}>{event_name}</Text>
        <Text size="sm" c="dimmed" component="span">
          {seq === null ? (
            `your event ${Number(index) + 1}`
          ) : (
            <>
              {CHANNEL_WORDS[channel]} #{seq}, <Time ms={received_at * 1000} as="moment" />
            </>
          )}
        </Text>
        {verdict === 'dropped' && (
          <Badge size="sm" tt="none" color="red" variant="light" className={classes.badge ?? ''}>
            Left out
          </Badge>
        )}
        {verdict === 'kept' && acted.length === 0 && (
          <Badge size="sm" tt="none" variant="default">
            Stays as it is
          </Badge>
        )}
      </Group>
      {acted.length > 0 && (
        <Text size="sm" c="dimmed">
          By {acted.map(title).join(', ')}
        </Text>
      )}
      {changes.length > 0 && (
        <dl className={classes.changes}>
          {changes.map(({ field, before, after }) => (
            <div key={field}>
              <dt title={field}>{shortField(field)}</dt>
              <dd>
                <Shown value={before} gone="not there" /> <span aria-hidden>→</span>
                <span className={classes.hidden}>becomes</span>{' '}
                <Shown value={after} gone="removed" strong />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {routes && <Text size="sm">{routeWords(routes)}</Text>}
      {sample.findings.map(({ code, detail }) => (
        <Text key={`${code} ${detail ?? ''}`} size="sm">
          Noted: {detail ?? code} <Code>{code}</Code>
        </Text>
      ))}
    </li>
  )
}

function Shown({ value, gone, strong }: { value: unknown; gone: string; strong?: boolean }) {
  if (value === null || value === undefined) {
    return (
      <Text span inherit c="dimmed">
        {gone}
      </Text>
    )
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (
    <Text span inherit fw={strong ? 650 : 400} className={classes.sentence ?? ''}>
      {text}
    </Text>
  )
}

function routeWords({ only, except }: NonNullable<Sample['routes']>): string {
  if (only?.length === 0) return 'Sent nowhere.'
  const parts = [only && `only to ${only.join(', ')}`, except && `not to ${except.join(', ')}`]
  return `Sent ${parts.filter(Boolean).join(', and ')}.`
}
