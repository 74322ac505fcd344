/** Where a password link leads: a new password, and in. */
import { Button, Stack } from '@mantine/core'
import { useState } from 'react'
import { resetPassword } from '../access-queries.ts'
import { ApiError } from '../api-client.ts'
import { Failed } from '../parts/states.tsx'
import { LinkFailed } from './link-failed.tsx'
import { codeOf } from './one-time-code.ts'
import { NewPassword } from './person-fields.tsx'
import { useEntering } from './use-entering.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

export function NewPasswordPage() {
  const [password, setPassword] = useState('')
  const reset = useEntering({
    link: 'password',
    enter: () => resetPassword(codeOf('password') ?? '', password),
  })
  if (reset.error instanceof ApiError && reset.error.code === 'link_invalid') {
    return <LinkFailed error={reset.error} />
  }
  return (
    <WelcomeFrame title="Set a new password">
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          reset.mutate()
        }}
      >
        <Stack gap="md">
          <NewPassword value={password} onChange={setPassword} />
          {reset.error && <Failed error={reset.error} />}
          <Button type="submit" loading={reset.isPending}>
            Save it and sign in
          </Button>
        </Stack>
      </form>
    </WelcomeFrame>
  )
}
