/** A list of named numbers with a bar for the share of each: reasons, ways of matching. */
import { Box, Progress, Stack, Text } from '@mantine/core'
import { formatCount, formatShare } from '../format.ts'
import classes from './share-list.module.css'

export interface ShareItem {
  readonly key: string
  readonly title: string
  readonly detail?: string
  readonly n: number
}

interface ShareListProps {
  readonly items: readonly ShareItem[]
  /** What the shares are of. */
  readonly all: number
  readonly color: string
}

export function ShareList({ items, all, color }: ShareListProps) {
  return (
    <Stack component="ul" gap="md" className={classes.list ?? ''}>
      {items.map(({ key, title, detail, n }) => (
        <li key={key}>
          <Box className={classes.head ?? ''}>
            <Text fw={550} size="sm">
              {title}
            </Text>
            <Text size="sm" className={classes.number ?? ''}>
              <b>{formatCount(n)}</b> <span className={classes.share}>{formatShare(n, all)}</span>
            </Text>
          </Box>
          <Progress
            value={all > 0 ? (100 * n) / all : 0}
            color={color}
            size={6}
            aria-hidden
            my={4}
          />
          {detail && (
            <Text size="sm" c="dimmed">
              {detail}
            </Text>
          )}
        </li>
      ))}
    </Stack>
  )
}
