/** Where the one-time link of the first start leads: shows the admin token once, then goes on. */
import { List, Stack, Text } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { type ErrorComponentProps, useLoaderData, useRouter } from '@tanstack/react-router'
import { ApiError } from '../api-client.ts'
import { Secret } from '../parts/copy.tsx'
import { ButtonLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { WelcomeFrame } from './welcome-frame.tsx'

export function SetupPage() {
  const adminToken = useLoaderData({ from: '/setup' })
  return (
    <WelcomeFrame title="Twofold is yours">
      <Text>
        You are signed in. This is your <b>admin token</b>. It is shown this once: keep it where you
        keep passwords.
      </Text>
      <Secret value={adminToken} label="Your admin token" />
      <Stack gap={6}>
        <Text fw={600} size="sm">
          What is it for?
        </Text>
        <List size="sm" spacing={4} c="dimmed">
          <List.Item>Signing in here from another browser.</List.Item>
          <List.Item>The command line and scripts, as TWOFOLD_ADMIN_TOKEN.</List.Item>
          <List.Item>It can do everything, so it belongs in no web page and no app.</List.Item>
        </List>
      </Stack>
      <ButtonLink to="/" rightSection={<IconArrowRight size={16} aria-hidden />}>
        I have kept it, go on
      </ButtonLink>
    </WelcomeFrame>
  )
}

export function SetupFailed({ error }: ErrorComponentProps) {
  const router = useRouter()
  const used = error instanceof ApiError && !error.retryable
  return (
    <WelcomeFrame title="This link did not work">
      <Failed error={error} {...(used ? {} : { onRetry: () => void router.invalidate() })} />
      <ButtonLink to="/sign-in" variant="default">
        Sign in with a token
      </ButtonLink>
    </WelcomeFrame>
  )
}
