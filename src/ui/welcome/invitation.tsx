/** Where an invitation leads: says into what and as what, then makes the account or joins. */
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { InvitationShown } from '../../api/types.ts'
import { ROLE_WORDS } from '../access/role-words.ts'
import { acceptInvitation, invitationQuery } from '../access-queries.ts'
import { ButtonLink } from '../parts/links.tsx'
import { OidcProblemAlert } from '../parts/oidc-problem.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { LinkFailed } from './link-failed.tsx'
import { OidcButton } from './oidc-button.tsx'
import { codeOf } from './one-time-code.ts'
import { NOBODY_YET, PersonFields } from './person-fields.tsx'
import { useEntering } from './use-entering.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

export function InvitationPage() {
  const code = codeOf('invitation') ?? ''
  const { problem } = useSearch({ from: '/invitation' })
  const { data, error, refetch } = useQuery(invitationQuery(code))
  if (error) return <LinkFailed error={error} onRetry={() => void refetch()} />
  if (!data) return <PageLoading />
  const { title, about } = ROLE_WORDS[data.role]
  return (
    <WelcomeFrame title={`Join ${data.business}`}>
      <Stack gap={4}>
        <Group gap="xs">
          <Text>You are invited as</Text>
          <Badge variant="light" tt="none">
            {title}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      </Stack>
      <OidcProblemAlert problem={problem} />
      {data.me ? (
        <JoinAs code={code} invitation={data} />
      ) : (
        <>
          <OidcButton verb="Join" request={{ invitation: code }} />
          <JoinAsNew code={code} invitation={data} />
        </>
      )}
    </WelcomeFrame>
  )
}

interface JoinProps {
  readonly code: string
  readonly invitation: InvitationShown
}

function JoinAs({ code, invitation }: JoinProps) {
  const join = useEntering({ link: 'invitation', enter: () => acceptInvitation({ code }) })
  return (
    <Stack gap="md">
      <Text>
        You are signed in as <b>{invitation.me?.name}</b> ({invitation.me?.email}).
      </Text>
      {join.error && <Failed error={join.error} />}
      <Button loading={join.isPending} onClick={() => join.mutate()}>
        Join {invitation.business}
      </Button>
    </Stack>
  )
}

function JoinAsNew({ code, invitation }: JoinProps) {
  const [values, setValues] = useState(NOBODY_YET)
  const email = invitation.email ?? values.email
  const join = useEntering({
    link: 'invitation',
    enter: () => acceptInvitation({ code, account: { ...values, email } }),
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        join.mutate()
      }}
    >
      <Stack gap="md">
        <PersonFields values={values} email={invitation.email} onChange={setValues} />
        {join.error && <Failed error={join.error} />}
        <Button type="submit" loading={join.isPending}>
          Create the account and join
        </Button>
        <ButtonLink to="/sign-in" search={{ next: '/invitation' }} variant="subtle">
          I have an account already
        </ButtonLink>
      </Stack>
    </form>
  )
}
