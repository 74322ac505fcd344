/** The quiet page of setup and sign-in: the logo, one card, nothing else. */
import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { Logo } from '../parts/logo.tsx'
import { ColorSchemeToggle } from '../shell/color-scheme-toggle.tsx'

export function WelcomeFrame({ title, children }: { title: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Twofold`)
  return (
    <Box component="main" mih="100dvh" p="md">
      <Group justify="flex-end">
        <ColorSchemeToggle />
      </Group>
      <Center mih="80dvh">
        <Stack w="100%" maw={520} gap="lg">
          <Group gap="sm">
            <Logo size={26} />
            <Text fw={700} size="xl">
              Twofold
            </Text>
          </Group>
          <Paper withBorder p={{ base: 'lg', sm: 'xl' }} shadow="xs">
            <Stack gap="lg">
              <Title order={1} size="h3">
                {title}
              </Title>
              {children}
            </Stack>
          </Paper>
          <Text size="sm" c="dimmed">
            Every conversion reported twice, counted once.
          </Text>
        </Stack>
      </Center>
    </Box>
  )
}
