/** My account, for the holder of a token: there is none, so it says how to get one. */
import { Button, List } from '@mantine/core'
import { IconLogout } from '@tabler/icons-react'
import type { SessionView } from '../../api/types.ts'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { mayAdminister } from '../shell/no-entry.tsx'
import { useSignOut } from '../shell/sign-out.tsx'

export function NoAccount({ session }: { session: SessionView }) {
  const leave = useSignOut()
  return (
    <Page
      title="My account"
      lead="You are signed in with a token. It opens this Events Manager, but has no account."
    >
      <Section title="To use an account of your own">
        <List spacing="xs">
          {!session.setup_needed && (
            <List.Item>You have one: sign out, then sign in with your e-mail address.</List.Item>
          )}
          <List.Item>
            You have none: <Way session={session} />
          </List.Item>
        </List>
        <Button
          variant="default"
          leftSection={<IconLogout size={16} aria-hidden />}
          loading={leave.isPending}
          onClick={() => leave.mutate()}
          style={{ alignSelf: 'flex-start' }}
        >
          Sign out
        </Button>
      </Section>
      <TextLink to="/">Go to your datasets</TextLink>
    </Page>
  )
}

/** Whoever holds a token that may invite needs to ask nobody. A demo prints no setup link. */
function Way({ session: { businesses, setup_needed, demo } }: { session: SessionView }) {
  const [business] = businesses.filter(mayAdminister)
  if (setup_needed && !demo) {
    return <>open the setup link that the server printed when it started; it makes the first.</>
  }
  if (!business) return <>ask an admin of your business for an invitation.</>
  return (
    <>
      invite yourself under{' '}
      <TextLink to="/businesses/$businessId/people" params={{ businessId: business.business_id }}>
        People of {business.name}
      </TextLink>
      , and open the link you get there.
    </>
  )
}
