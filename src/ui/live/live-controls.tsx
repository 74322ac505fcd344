/** The state of the connection, pause and clear. */
import { Button, Group, Text } from '@mantine/core'
import { IconClearAll, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { formatCount } from '../format.ts'
import classes from './live.module.css'
import type { Connection, useLiveRows } from './stream.ts'

const WORDS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Connection lost, trying again',
}

export function LiveControls({ live }: { live: ReturnType<typeof useLiveRows> }) {
  const { connection, paused, held, rows, togglePause, clear } = live
  const state = paused && connection === 'live' ? 'paused' : connection
  return (
    <Group gap="sm">
      <Text size="sm" role="status" className={classes.connection ?? ''} data-state={state}>
        {state === 'paused' ? 'Paused' : WORDS[connection]}
      </Text>
      <Button
        variant="default"
        onClick={togglePause}
        leftSection={
          paused ? (
            <IconPlayerPlay size={16} aria-hidden />
          ) : (
            <IconPlayerPause size={16} aria-hidden />
          )
        }
      >
        {paused ? `Resume${held.length > 0 ? ` (${formatCount(held.length)} new)` : ''}` : 'Pause'}
      </Button>
      <Button
        variant="default"
        onClick={clear}
        disabled={rows.length === 0}
        leftSection={<IconClearAll size={16} aria-hidden />}
      >
        Clear
      </Button>
    </Group>
  )
}
