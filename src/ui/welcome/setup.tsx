/** Where the one-time link of the first start leads: makes the first owner. */
import { Button, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { setUp } from '../access-queries.ts'
import { ApiError } from '../api-client.ts'
import { OidcProblemAlert } from '../parts/oidc-problem.tsx'
import { Failed } from '../parts/states.tsx'
import { sessionQuery } from '../queries.ts'
import { LinkDead, LinkFailed } from './link-failed.tsx'
import { OidcButton } from './oidc-button.tsx'
import { codeOf } from './one-time-code.ts'
import { NOBODY_YET, PersonFields } from './person-fields.tsx'
import { useEntering } from './use-entering.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

export function SetupPage() {
  const [values, setValues] = useState(NOBODY_YET)
  const [business, setBusiness] = useState('')
  const { problem } = useSearch({ from: '/setup' })
  const { data: session } = useQuery(sessionQuery)
  const code = codeOf('setup') ?? ''
  const named = business.trim() === '' ? {} : { business: business.trim() }
  const create = useEntering({
    link: 'setup',
    enter: () => setUp({ code, ...values, ...named }),
  })
  if (create.error instanceof ApiError && create.error.code === 'setup_link_invalid') {
    return <LinkFailed error={create.error} />
  }
  // Idle: what was just redeemed is on its way to the first page.
  if (session && !session.setup_open && create.isIdle) return <SetupDone />
  return (
    <WelcomeFrame title="Make this server yours">
      <Text>
        {session?.setup_needed === false
          ? 'There are accounts here, yet nobody runs this server. Yours will be'
          : 'Nobody has an account here yet. Yours will be the first:'}{' '}
        the owner of your business, and the one who runs this server.
      </Text>
      <OidcProblemAlert problem={problem} />
      <OidcButton verb="Continue" request={{ setup: code, ...named }} />
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          create.mutate()
        }}
      >
        <Stack gap="md">
          <PersonFields values={values} onChange={setValues} />
          <TextInput
            label="Business"
            description="Owns your datasets. You can change the name later."
            name="organization"
            autoComplete="organization"
            placeholder="My business"
            maxLength={100}
            value={business}
            onChange={(change) => setBusiness(change.currentTarget.value)}
          />
          {create.error && <Failed error={create.error} />}
          <Button type="submit" loading={create.isPending}>
            Create the account
          </Button>
        </Stack>
      </form>
    </WelcomeFrame>
  )
}

/** Before anybody fills in a form that leads nowhere. */
function SetupDone() {
  return (
    <LinkDead>
      <Text>
        This server was set up already: a setup link works once. Sign in, or ask whoever runs the
        server for an invitation.
      </Text>
    </LinkDead>
  )
}
