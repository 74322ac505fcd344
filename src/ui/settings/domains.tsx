/** The domains of a dataset: which are proven, how to prove one, and what a check found. */
import { Badge, Button, Group, Stack, Tabs, Text, TextInput } from '@mantine/core'
import { IconPlus, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DatasetView, DomainShown } from '../../api/types.ts'
import { addDomain, checkDomain, domainsQuery, removeDomain } from '../domain-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Snippet } from '../parts/copy.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import classes from './settings.module.css'

export function Domains({ dataset }: { dataset: DatasetView }) {
  const { dataset_id: id, may } = dataset
  const { data, error, refetch } = useQuery(domainsQuery(id))
  const locked = !may.includes('develop')
  return (
    <Section
      title="Domains"
      hint="Prove that the sites of this dataset are yours. A proof that was found is looked for once a day. Which sites may report is set above, under allowed domains."
    >
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Text c="dimmed">No domain yet. Add the one your shop is reached at.</Text>
      )}
      {data && data.length > 0 && (
        <ul className={classes.domains} aria-label="Domains">
          {data.map((domain) => (
            <li key={domain.domain} data-testid="domain">
              <Domain datasetId={id} shown={domain} locked={locked} />
            </li>
          ))}
        </ul>
      )}
      {!locked && <AddDomain datasetId={id} />}
    </Section>
  )
}

function AddDomain({ datasetId }: { datasetId: string }) {
  const [text, setText] = useState('')
  const cache = useQueryClient()
  const add = useMutation({
    mutationFn: () => addDomain(datasetId, text),
    onSuccess: async () => {
      setText('')
      await cache.invalidateQueries({ queryKey: domainsQuery(datasetId).queryKey })
    },
  })
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        add.mutate()
      }}
    >
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Domain"
            name="domain"
            placeholder="shop.example.com"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={300}
            flex="1 1 220px"
            value={text}
            onChange={(change) => setText(change.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            loading={add.isPending}
            disabled={text.trim() === ''}
          >
            Add
          </Button>
        </Group>
        {add.error && <Failed error={add.error} />}
      </Stack>
    </form>
  )
}

const STATES = {
  waiting: { words: 'Not proven yet', color: 'gray' },
  proven: { words: 'Proven', color: 'teal' },
  lost: { words: 'Proof is gone', color: 'orange' },
} as const

const WAYS = { dns: 'DNS record', file: 'File', meta_tag: 'Meta tag' } as const
const WAY_NAMES = ['dns', 'file', 'meta_tag'] as const

interface DomainProps {
  readonly datasetId: string
  readonly shown: DomainShown
  readonly locked: boolean
}

function Domain({ datasetId, shown, locked }: DomainProps) {
  const { domain, state, proven_by, proven_at, missing_since } = shown
  const cache = useQueryClient()
  const { queryKey } = domainsQuery(datasetId)
  const check = useMutation({
    mutationFn: () => checkDomain(datasetId, domain),
    onSuccess: (now) =>
      cache.setQueryData(queryKey, (all) =>
        all?.map((one) => (one.domain === now.domain ? now : one)),
      ),
  })
  const remove = useMutation({
    mutationFn: (_: undefined) => removeDomain(datasetId, domain),
    onSuccess: () => cache.invalidateQueries({ queryKey }),
  })
  const { words, color } = STATES[state]
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Stack gap={2} flex="1 1 200px" miw={0}>
          <Group gap="xs">
            <Text fw={600} className={classes.domain ?? ''}>
              {domain}
            </Text>
            <Badge variant="light" size="sm" tt="none" color={color}>
              {words}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" role="status">
            {proven_by && `${WAYS[proven_by]}, found `}
            {!proven_by && proven_at !== null && 'Found last '}
            {proven_at !== null && <Time ms={proven_at * 1000} as="moment" />}
            {missing_since !== null && (
              <>
                {'. Missing since '}
                <Time ms={missing_since * 1000} as="moment" />
                {proven_by && ', it is looked for again within two hours'}
              </>
            )}
          </Text>
        </Stack>
        {!locked && (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Check now
            </Button>
            <Confirm
              label="Remove"
              title={`Remove ${domain}?`}
              action="Remove the domain"
              danger
              button={{ color: 'red', variant: 'subtle' }}
              work={remove}
            >
              Added again, it gets new texts. What is in DNS or on the site now would prove nothing.
            </Confirm>
          </Group>
        )}
      </Group>
      {check.error && <Failed error={check.error} />}
      {state !== 'proven' && <Ways shown={shown} />}
    </Stack>
  )
}

/** One way is enough, so they stand behind each other. */
function Ways({ shown: { domain, misses, proof } }: Pick<DomainProps, 'shown'>) {
  const host = domain.replace(/:\d+$/, '')
  const texts = {
    dns: { what: `TXT record at ${proof.dns_name}, or at ${host}`, code: proof.dns_text },
    file: { what: `File at https://${domain}${proof.file_path}`, code: proof.file_text },
    meta_tag: { what: `In the head of https://${domain}/`, code: proof.meta_tag },
  }
  return (
    <Tabs defaultValue="dns" keepMounted={false}>
      <Tabs.List aria-label={`Ways to prove ${domain}`}>
        {WAY_NAMES.map((way) => (
          <Tabs.Tab key={way} value={way}>
            {WAYS[way]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {WAY_NAMES.map((way) => (
        <Tabs.Panel key={way} value={way} pt="sm">
          <Stack gap="xs">
            <Snippet code={texts[way].code} label={texts[way].what} />
            {misses?.[way] && (
              <Text size="sm" c="dimmed">
                The last check: {misses[way]}
              </Text>
            )}
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
