/**
 * What stands on a page that the reader has no right to, instead of buttons that would be refused:
 * whose page it is, who the reader is, and the way on. Not for what may not be known to exist.
 */
import { EmptyState } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { ROLE_WORDS } from '../access/role-words.ts'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import type { OwnBusiness } from './use-business.ts'

/** People, history and alerts of a business are for its admins. */
export const mayAdminister = ({ role }: OwnBusiness): boolean =>
  role === 'owner' || role === 'admin'

export function ForAdmins({ title, business }: { title: string; business: OwnBusiness }) {
  const { name, role } = business
  return (
    <Page title={title} of={name}>
      <NoEntry
        title={`Only admins and owners of ${name} see this page`}
        description={`Your role is ${ROLE_WORDS[role].title}. Ask one of them for another role, or to make the change for you.`}
      />
    </Page>
  )
}

/** What changes a dataset. `of`: its name. */
export function ForDevelopers({ title, of }: { title: string; of: string }) {
  return (
    <Page title={title} of={of}>
      <NoEntry
        title="This needs the role developer"
        description={`You may look at ${of} but not change it. Ask an admin of its business for another role, or to do it for you.`}
      />
    </Page>
  )
}

export function ForOperators({ title }: { title: string }) {
  return (
    <Page title={title}>
      <NoEntry
        title="Only whoever runs this server sees this page"
        description="It is about every business on it. What is yours stands under your datasets; for a new business, or a lost password, ask the person who runs the server."
      />
    </Page>
  )
}

function NoEntry({ title, description }: { title: string; description: string }) {
  return (
    <EmptyState py={60} icon={<IconLock aria-hidden />} title={title} description={description}>
      <TextLink to="/">Go to your datasets</TextLink>
    </EmptyState>
  )
}
