/** The Install page's part for servers: a language, an SDK or a plain request, the token. */
import { Group, SegmentedControl, Text } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Snippet } from '../parts/copy.tsx'
import { Section } from '../parts/section.tsx'
import { SendToken } from './send-token.tsx'
import { SERVER_NAMES, type ServerName } from './server-names.ts'
import { type Means, SERVERS, type Server } from './servers.ts'
import type { SnippetContext } from './snippets.ts'

interface ServerSectionProps {
  readonly context: SnippetContext
  readonly token: string | undefined
  readonly onToken: (token: string) => void
  readonly mayCreate: boolean
}

export function ServerSection({ context, token, onToken, mayCreate }: ServerSectionProps) {
  const { server: name = 'curl', sdk } = useSearch({
    from: '/signed-in/datasets/$datasetId/install',
  })
  const server = SERVERS[name]
  const possible = server.means(context.origin)
  const wanted = MEANS.find((means) => WORDS[means].inAddress === sdk)
  const means = wanted && possible.includes(wanted) ? wanted : (possible[0] ?? 'http')
  const { label, code, shell } = server.code(context, means)
  return (
    <Section
      title="2. From your server"
      hint="The same sale again, from where nothing can block it. Anything that speaks the Conversions API works: change its address, keep the rest."
      actions={<LanguageChoice name={name} />}
    >
      <SendToken
        datasetId={context.datasetId}
        token={token}
        onToken={onToken}
        mayCreate={mayCreate}
      />
      <MeansChoice server={server} possible={possible} means={means} />
      <Snippet label={label} code={code} />
      {shell && <Snippet label="In a shell, to send it once" code={shell} />}
    </Section>
  )
}

function LanguageChoice({ name }: { name: ServerName }) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/install' })
  return (
    <SegmentedControl
      aria-label="Language"
      maw="100%"
      styles={NARROW}
      value={name}
      data={SERVER_NAMES.map((value) => ({ value, label: SERVERS[value].label }))}
      onChange={(value) =>
        void navigate({
          search: (before) => ({ ...before, server: value === 'curl' ? undefined : value }),
          replace: true,
          resetScroll: false,
        })
      }
    />
  )
}

/** Six languages fit a phone: in a row that is tighter there, on the smallest in two rows. */
const NARROW = {
  root: { flexWrap: 'wrap' },
  label: { paddingInline: 'clamp(6px, 1.6vw, 10px)' },
} as const

const MEANS: readonly Means[] = ['twofold', 'sdk', 'http']

interface MeansWords {
  readonly label: string
  readonly hint: string
  /** What the address says when it was chosen and is not the usual one. */
  readonly inAddress: 'meta' | 'none' | undefined
}

const WORDS: Readonly<Record<Means, MeansWords>> = {
  twofold: {
    label: 'Twofold’s SDK',
    hint: 'Reads the visitor from the request, hashes at home and tries until it arrives. Express, Fastify, Next, Hono and edges: see docs/sdk.md.',
    inAddress: undefined,
  },
  sdk: {
    label: 'Meta’s SDK',
    hint: 'Only its address changes; what you have written with it stays.',
    inAddress: 'meta',
  },
  http: {
    label: 'Without a library',
    hint: 'Nothing to install: only what comes with the language.',
    inAddress: 'none',
  },
}

interface MeansChoiceProps {
  readonly server: Server
  readonly possible: readonly Means[]
  readonly means: Means
}

/** Nothing where there is nothing to choose, and why there is not where one would look for it. */
function MeansChoice({ server, possible, means }: MeansChoiceProps) {
  const navigate = useNavigate({ from: '/datasets/$datasetId/install' })
  if (possible.length === 0) return null
  if (possible.length === 1) {
    return (
      <Text size="sm">
        Meta’s SDK for {server.label} sends to https addresses only, and this one is http. So this
        is the plain request, which needs no library.
      </Text>
    )
  }
  return (
    <Group gap="sm">
      <SegmentedControl
        aria-label="By which library"
        maw="100%"
        styles={NARROW}
        value={means}
        data={possible.map((value) => ({ value, label: WORDS[value].label }))}
        onChange={(value) =>
          void navigate({
            search: (before) => ({
              ...before,
              sdk: value === possible[0] ? undefined : WORDS[value].inAddress,
            }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      <Text size="sm" c="dimmed" flex="1 1 260px">
        {WORDS[means].hint}
      </Text>
    </Group>
  )
}
