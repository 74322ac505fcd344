/** What to paste where, with this dataset's id filled in. */
import { Alert, Anchor, Code, Group, List, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { PlatformSection } from '../integrations/platform-section.tsx'
import { CopyIcon, Snippet } from '../parts/copy.tsx'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { datasetQuery, sessionQuery } from '../queries.ts'
import { ServerSection } from './server-section.tsx'
import {
  companionSnippet,
  EXAMPLE_ID,
  purchaseSnippet,
  replaceSnippet,
  type SnippetContext,
} from './snippets.ts'

const TOKEN_PLACE = 'ACCESS_TOKEN'

export function InstallPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data: session } = useQuery(sessionQuery)
  const [token, setToken] = useState<string>()
  const origin = session?.public_url ?? window.location.origin
  const context = { origin, datasetId, token: token ?? TOKEN_PLACE }
  return (
    <Page
      title="Install"
      of={dataset?.name ?? ''}
      lead={
        <Group gap={4} wrap="nowrap">
          Dataset id <Code fz="md">{datasetId}</Code>
          <CopyIcon value={datasetId} label="Copy the dataset id" />
        </Group>
      }
      actions={
        <ButtonLink variant="default" to="/datasets/$datasetId/test-events" params={{ datasetId }}>
          Watch it arrive
        </ButtonLink>
      }
    >
      {isLocal(origin) && (
        <Alert variant="light" color="gray" icon={<IconInfoCircle aria-hidden />}>
          The snippets use {origin}, which only this computer reaches. For a real site start the
          server with TWOFOLD_PUBLIC_URL set to its address, best on the site’s own domain.
        </Alert>
      )}
      <BrowserSection context={context} />
      <ServerSection
        context={context}
        token={token}
        onToken={setToken}
        mayCreate={dataset?.may.includes('develop') ?? false}
      />
      <SameIdSection />
      <PlatformSection datasetId={datasetId} />
    </Page>
  )
}

function BrowserSection({ context }: { context: SnippetContext }) {
  const { site = 'replace' } = useSearch({ from: '/signed-in/datasets/$datasetId/install' })
  const navigate = useNavigate({ from: '/datasets/$datasetId/install' })
  const companion = site === 'companion'
  return (
    <Section
      title="1. In the browser"
      hint="Into the <head> of every page. All fbq calls keep working as they are."
      actions={
        <SegmentedControl
          aria-label="With or without Meta’s own script"
          value={site}
          data={[
            { value: 'replace', label: 'On its own' },
            { value: 'companion', label: 'Beside Meta’s pixel' },
          ]}
          onChange={(value) =>
            void navigate({
              search: (before) => ({
                ...before,
                site: value === 'companion' ? value : undefined,
              }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      <Text size="sm">
        {companion
          ? 'Keeps Meta’s pixel and gives each of its events an id that your server can share. Put it right below Meta’s base code.'
          : 'Only this script runs; nothing is loaded from anybody else. If the page has Meta’s base code already, keep its first part and only change the address of the script.'}
      </Text>
      <Snippet
        label="In every page"
        code={companion ? companionSnippet(context) : replaceSnippet(context)}
      />
      <Text size="sm">Then report what people do, such as a sale:</Text>
      <Snippet label="On the page that thanks for the order" code={purchaseSnippet()} />
    </Section>
  )
}

function SameIdSection() {
  return (
    <Section
      title="3. One id for one sale"
      hint="How two reports are known to be the same sale, so that it counts once."
    >
      <Stack gap="xs">
        <Text size="sm">
          Make the event id from something both sides know, such as the order number:{' '}
          <Code>{EXAMPLE_ID}</Code>. The snippets above do. Then it does not matter which report
          comes first, how often it is repeated, or whether one is lost.
        </Text>
        <List size="sm" spacing={4}>
          <List.Item>
            In the page, <Code>twofold.eventId('purchase', orderId)</Code> makes it. A Purchase with
            an <Code>order_id</Code> gets it by itself.
          </List.Item>
          <List.Item>
            Even with different ids, two Purchases with the same <Code>order_id</Code> count once.
          </List.Item>
          <List.Item>
            Send e-mail and the like as they are or hashed; they are hashed before anything is
            stored.
          </List.Item>
        </List>
        <Text size="sm" c="dimmed">
          Every field of the server event:{' '}
          <Anchor
            href="https://developers.facebook.com/docs/marketing-api/conversions-api/parameters"
            target="_blank"
            rel="noreferrer"
            underline="always"
            inherit
          >
            Meta’s documentation (new tab)
          </Anchor>
        </Text>
      </Stack>
    </Section>
  )
}

const isLocal = (origin: string): boolean =>
  /^https?:\/\/(localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(origin)
