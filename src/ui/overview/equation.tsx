/** Received minus everything that was taken away is what counts: one strip that always sums. */
import { Box, Group, Paper, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import type { Summary } from '../../api/types.ts'
import { CHANNEL_COLORS } from '../channel-colors.ts'
import { formatCount, formatShare } from '../format.ts'
import { CHANNEL_WORDS } from '../words.ts'
import classes from './equation.module.css'
import { type EquationPart, equationOf, sumOf } from './equation-parts.ts'

export function Equation({ summary, window }: { summary: Summary; window: string }) {
  return (
    <Paper
      withBorder
      component="section"
      className={classes.strip ?? ''}
      aria-label={`From received to counted, events ${window}`}
    >
      {equationOf(summary).map((part) => (
        <Part key={part.key} part={part}>
          {part.key === 'received' && <Channels received={summary.received} />}
          {part.sign === '−' && (
            <Text size="sm" c="dimmed">
              {formatShare(part.value, sumOf(summary.received))} of received
            </Text>
          )}
          {part.key === 'counted' && (
            <Text size="sm" c="dimmed">
              events {window}
            </Text>
          )}
        </Part>
      ))}
    </Paper>
  )
}

function Part({ part, children }: { part: EquationPart; children: React.ReactNode }) {
  return (
    <Box className={classes.part ?? ''} data-part={part.key}>
      {part.sign && (
        <span className={classes.sign} aria-hidden="true">
          {part.sign}
        </span>
      )}
      <Box className={classes.body ?? ''}>
        <Tooltip
          label={part.explanation}
          multiline
          w={260}
          withArrow
          events={{ hover: true, focus: true, touch: true }}
        >
          <UnstyledButton className={classes.label ?? ''} aria-description={part.explanation}>
            {part.label}
            <IconInfoCircle size={14} aria-hidden />
          </UnstyledButton>
        </Tooltip>
        <Text className={classes.value ?? ''} data-testid={`equation-${part.key}`}>
          {formatCount(part.value)}
        </Text>
        {children}
      </Box>
    </Box>
  )
}

function Channels({ received }: { received: Summary['received'] }) {
  const channels = (['browser', 'server', 'other'] as const).filter(
    (channel) => channel !== 'other' || received.other > 0,
  )
  return (
    <Group gap="sm">
      {channels.map((channel) => (
        <Text key={channel} size="sm" c="dimmed" className={classes.channel ?? ''}>
          <span
            className={classes.dot}
            style={{ background: CHANNEL_COLORS[channel] }}
            aria-hidden="true"
          />
          {CHANNEL_WORDS[channel]}{' '}
          <span data-testid={`received-${channel}`}>{formatCount(received[channel])}</span>
        </Text>
      ))}
    </Group>
  )
}
