/**
 * The root of all addresses, and those for whom nobody knows yet: signing in, and the pages of
 * one-time links. router.tsx puts them into the tree.
 */
import { createRootRoute, createRoute, redirect } from '@tanstack/react-router'
import type { OidcProblem } from '../../api/types.ts'
import { problemIn } from '../parts/oidc-problem.tsx'
import { PageNotFound } from '../parts/states.tsx'
import { InvitationPage } from './invitation.tsx'
import { NewPasswordPage } from './new-password.tsx'
import { codeOf, keepCode, type LinkName } from './one-time-code.ts'
import { SetupPage } from './setup.tsx'
import { SignInPage } from './sign-in.tsx'
import { SignInLinkPage } from './sign-in-link.tsx'

export const rootRoute = createRootRoute({
  beforeLoad: ({ location }) => {
    // One-time links are /#setup=CODE and the like: what follows # never reaches a server log.
    const link = keepCode(location.hash)
    const problem = problemIn((location.search as { problem?: unknown }).problem)
    if (link) throw redirect({ to: LINK_PAGES[link], search: { problem }, replace: true })
  },
  notFoundComponent: PageNotFound,
})

const LINK_PAGES = {
  setup: '/setup',
  'sign-in': '/sign-in-link',
  invitation: '/invitation',
  password: '/new-password',
} as const

interface ProblemSearch {
  readonly problem?: OidcProblem | undefined
}

/** The provider may send a browser back without letting it in. */
function readProblem(search: Readonly<Record<string, unknown>>): ProblemSearch {
  return { problem: problemIn(search.problem) }
}

/** A page of a one-time link is nothing without its code. */
const linkOptions = (link: LinkName) => ({
  getParentRoute: () => rootRoute,
  validateSearch: readProblem,
  beforeLoad: () => {
    if (!codeOf(link)) throw redirect({ to: '/', replace: true })
  },
})

export const setupRoute = createRoute({
  ...linkOptions('setup'),
  path: '/setup',
  component: SetupPage,
})

export const signInLinkRoute = createRoute({
  ...linkOptions('sign-in'),
  path: '/sign-in-link',
  component: SignInLinkPage,
})

export const invitationRoute = createRoute({
  ...linkOptions('invitation'),
  path: '/invitation',
  component: InvitationPage,
})

export const newPasswordRoute = createRoute({
  ...linkOptions('password'),
  path: '/new-password',
  component: NewPasswordPage,
})

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): ProblemSearch & { readonly next?: string | undefined } => ({
    ...readProblem(search),
    next: localPath(search.next),
  }),
  component: SignInPage,
})

/** Only a path of this site: a link must not send a person elsewhere after signing in. */
const localPath = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined
