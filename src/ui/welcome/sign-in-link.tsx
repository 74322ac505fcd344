/** Where a one-time sign-in link leads: signs in at once and goes on. */
import { Button, Text } from '@mantine/core'
import { useEffect } from 'react'
import { signIn } from '../access-queries.ts'
import { LinkFailed } from './link-failed.tsx'
import { codeOf } from './one-time-code.ts'
import { useEntering } from './use-entering.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

/** The link works once: a page that is shown twice must not try it twice. */
let tried: string | undefined

export function SignInLinkPage() {
  const enter = useEntering({
    link: 'sign-in',
    enter: () => signIn({ code: codeOf('sign-in') ?? '' }),
  })
  const { mutate, error } = enter
  useEffect(() => {
    const code = codeOf('sign-in')
    if (code === tried) return
    tried = code
    mutate()
  }, [mutate])
  if (error) return <LinkFailed error={error} />
  return (
    <WelcomeFrame title="Signing in">
      <Text>One moment, please.</Text>
      <Button loading>Sign in</Button>
    </WelcomeFrame>
  )
}
