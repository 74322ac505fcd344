/** What is shown when a one-time link does not work. */

import { ButtonLink } from '../parts/links.tsx'
import { Failed } from '../parts/states.tsx'
import { WelcomeFrame } from './welcome-frame.tsx'

export function LinkFailed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <WelcomeFrame title="This link did not work">
      <Failed error={error} {...(onRetry ? { onRetry } : {})} />
      <ButtonLink to="/sign-in" variant="default">
        Sign in
      </ButtonLink>
    </WelcomeFrame>
  )
}
