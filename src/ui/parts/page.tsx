/** The frame of every page: its one heading, the words under it, and what stands to the right. */
import { Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'

interface PageProps {
  readonly title: string
  /** Named in the browser tab after the title, such as the dataset. */
  readonly of?: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, of, lead, actions, children }: PageProps) {
  useDocumentTitle([title, of, 'Twofold'].filter(Boolean).join(' · '))
  return (
    <Stack gap="xl" maw={1180} mx="auto">
      <Group justify="space-between" align="flex-end" gap="md">
        <Stack gap={4} maw={720}>
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" component="div">
              {lead}
            </Text>
          )}
        </Stack>
        {actions}
      </Group>
      {children}
    </Stack>
  )
}
