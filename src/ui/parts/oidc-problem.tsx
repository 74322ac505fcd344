/** Why coming back from the OpenID Connect provider led to this page: what happened, what to do. */
import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { OidcProblem } from '../../api/types.ts'
import { sessionQuery } from '../queries.ts'

type Words = readonly [title: string, advice: string]

const WORDS: Readonly<Record<OidcProblem, (provider: string) => Words>> = {
  denied: (provider) => [
    'You were not signed in',
    `It was cancelled at ${provider}, or you are not allowed in there. Try again, or ask whoever runs ${provider}.`,
  ],
  expired: () => [
    'That took too long, or was begun elsewhere',
    'Begin again here: it works once, for 15 minutes, in the browser it was begun in.',
  ],
  failed: (provider) => [
    `${provider} gave an answer that does not fit`,
    'Try again. If it stays, whoever runs this server finds the reason in its log.',
  ],
  unreachable: (provider) => [
    `${provider} does not answer`,
    'Try again in a moment, or sign in another way.',
  ],
  unverified: (provider) => [
    `${provider} does not vouch for your e-mail address`,
    'Confirm the address there. Or sign in another way and connect the two in My account.',
  ],
  domain: () => [
    'Your e-mail address is of another domain',
    'Choose another account there, or ask whoever runs this server to allow the domain.',
  ],
  no_account: () => [
    'Nobody here has your e-mail address',
    'Choose another account there, or ask an admin of the business to invite you.',
  ],
  taken: (provider) => [
    'That account belongs to somebody else here',
    `The account at ${provider} and the one here belong to different people already. Sign in with the other one, or disconnect it in My account first.`,
  ],
  link: () => [
    'The link does not work (any more)',
    'It was used already, withdrawn, or is too old. Ask whoever gave it to you for a new one.',
  ],
  other_email: () => [
    'The invitation is for another e-mail address',
    'Choose the account of that address there, or ask for another invitation.',
  ],
  full: () => [
    'This server is full',
    'It holds as many accounts or connections as it can. Remove one that is not used any more.',
  ],
  too_many: () => [
    'Too many failed attempts from here',
    'Wait a minute, then try again with the right account.',
  ],
}

/** What the address says, as long as it is one of ours. */
export const problemIn = (value: unknown): OidcProblem | undefined =>
  typeof value === 'string' && Object.hasOwn(WORDS, value) ? (value as OidcProblem) : undefined

export function OidcProblemAlert({ problem }: { problem: OidcProblem | undefined }) {
  const { data: session } = useQuery(sessionQuery)
  if (!problem) return null
  const name = session?.single_sign_on ?? 'single sign-on'
  const [title, advice] = WORDS[problem](name)
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title[0]?.toUpperCase() + title.slice(1)}
      role="alert"
    >
      {advice}
    </Alert>
  )
}
