/** What is shown when a one-time link does not work. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../api-client.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { sessionQuery } from '../queries.ts'
import { WelcomeFrame } from './welcome-frame.tsx'

/** `onRetry` is offered where trying again may help: a spent link stays spent. */
export function LinkFailed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const mayHelp = !(error instanceof ApiError) || error.retryable
  return (
    <LinkDead>
      <Failed error={error} {...(onRetry && mayHelp ? { onRetry } : {})} />
    </LinkDead>
  )
}

export function LinkDead({ children }: { children: ReactNode }) {
  // Asked anew: a spent link means that somebody was here since this page was opened.
  const { data: session } = useQuery({ ...sessionQuery, refetchOnMount: 'always' })
  return (
    <WelcomeFrame title="This link did not work">
      {children}
      {session?.signed_in ? (
        <ButtonLink to="/" variant="default">
          Go to your datasets
        </ButtonLink>
      ) : (
        <ButtonLink to="/sign-in" variant="default">
          Sign in
        </ButtonLink>
      )}
    </WelcomeFrame>
  )
}
