/** One finding: what it is, its numbers, what it may cost, how to mend it, events to look at. */
import {
  Badge,
  Button,
  Collapse,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  Title,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import type { Diagnostic } from '../../api/types.ts'
import { formatAbout } from '../format.ts'
import { Snippet } from '../parts/copy.tsx'
import { TextLink } from '../parts/links.tsx'
import { Time } from '../parts/time.tsx'
import classes from './diagnostics.module.css'
import { MuteControl } from './mute-control.tsx'

const SEVERITIES = {
  error: { words: 'Costs events or money', color: 'red' },
  warning: { words: 'Costs precision', color: 'orange' },
  suggestion: { words: 'Suggestion', color: 'gray' },
} as const

interface CardProps {
  readonly datasetId: string
  readonly finding: Diagnostic
  readonly platform: string
}

export function FindingCard({ datasetId, finding, platform }: CardProps) {
  const [opened, { toggle }] = useDisclosure()
  const id = useId()
  const { title, severity, evidence, money } = finding
  const { words, color } = SEVERITIES[severity]
  return (
    <Paper
      component="article"
      withBorder
      p={{ base: 'md', sm: 'lg' }}
      aria-labelledby={`${id}-title`}
      data-testid="finding"
    >
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={2} flex="1 1 260px">
            <Title order={2} size="h4" id={`${id}-title`}>
              {title}
            </Title>
            <Text>{evidence}</Text>
          </Stack>
          <Badge color={color} variant="light" tt="none" size="lg">
            {words}
          </Badge>
        </Group>
        {money.length > 0 && <Stake money={money} />}
        <Life finding={finding} />
        <Group gap="sm">
          <Button
            size="xs"
            variant="default"
            onClick={toggle}
            aria-expanded={opened}
            aria-controls={`${id}-more`}
            rightSection={
              opened ? (
                <IconChevronUp size={14} aria-hidden />
              ) : (
                <IconChevronDown size={14} aria-hidden />
              )
            }
          >
            How to mend it
          </Button>
          {finding.state !== 'resolved' && <MuteControl datasetId={datasetId} finding={finding} />}
        </Group>
        <Collapse expanded={opened} id={`${id}-more`}>
          <Stack gap="md" pt="xs">
            <Text>{finding.about}</Text>
            <Text fw={600}>{finding.fix.text}</Text>
            <Snippets finding={finding} platform={platform} />
            <Samples datasetId={datasetId} samples={finding.samples} />
          </Stack>
        </Collapse>
      </Stack>
    </Paper>
  )
}

function Stake({ money }: { money: Diagnostic['money'] }) {
  const sums = money.map(({ currency, about }) => formatAbout(about, currency)).join(' and ')
  return (
    <Text size="sm">
      <Text component="span" inherit fw={600}>
        About {sums} at stake
      </Text>{' '}
      <Text component="span" inherit c="dimmed">
        (estimate: affected conversions at their mean value of the last 7 days)
      </Text>
    </Text>
  )
}

function Life({ finding }: { finding: Diagnostic }) {
  const { first_seen, last_seen, resolved, muted } = finding
  return (
    <Text size="sm" c="dimmed">
      First seen <Time ms={first_seen * 1000} as="moment" />, last{' '}
      <Time ms={last_seen * 1000} as="moment" />.{' '}
      {resolved !== null && (
        <>
          Resolved <Time ms={resolved * 1000} as="moment" />.
        </>
      )}
      {muted && (
        <>
          Muted by {muted.by}{' '}
          {muted.until === null ? (
            'for ever'
          ) : (
            <>
              until <Time ms={muted.until * 1000} as="moment" />
            </>
          )}
          .
        </>
      )}
    </Text>
  )
}

function Snippets({ finding, platform }: { finding: Diagnostic; platform: string }) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/diagnostics' })
  const { snippets } = finding.fix
  const chosen = snippets.find((one) => one.platform === platform) ?? snippets[0]
  if (!chosen) return null
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="Your platform"
        size="xs"
        value={chosen.platform}
        data={snippets.map(({ platform: value, title: label }) => ({ value, label }))}
        onChange={(on) =>
          void navigate({
            search: (search) => ({ ...search, on }),
            replace: true,
            resetScroll: false,
          })
        }
        style={{ overflowX: 'auto', maxWidth: '100%' }}
      />
      <Snippet label={chosen.title} code={chosen.code} />
    </Stack>
  )
}

function Samples({ datasetId, samples }: { datasetId: string; samples: Diagnostic['samples'] }) {
  if (samples.length === 0) return null
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        Seen in these events:
      </Text>
      <ul className={classes.samples} aria-label="Events in which it was seen">
        {samples.map(({ id, event_name, event_id }) => (
          <li key={id}>
            <TextLink
              to="/datasets/$datasetId/events/$eventId"
              params={{ datasetId, eventId: id }}
              size="sm"
            >
              {event_name} {event_id ?? `no. ${id}`}
            </TextLink>
          </li>
        ))}
      </ul>
    </div>
  )
}
