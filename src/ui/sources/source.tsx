/**
 * One connection: what to click at the platform, what arrives, its settings, the way to stop it.
 */
import { Alert, Badge, Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconLock } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { ConnectionShown, SourceTypeView } from '../../api/types.ts'
import { changedSettings } from '../destinations/setting-fields.ts'
import { countOf } from '../format.ts'
import { SourceGuide } from '../integrations/source-guide.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import {
  connectionQuery,
  removeConnection,
  sourceTypesQuery,
  updateConnection,
} from '../source-queries.ts'
import { conditionOf, Numbers } from './condition.tsx'
import { DeliveriesSection } from './deliveries-section.tsx'
import { PollingSection } from './polling-section.tsx'
import { SettingInputs } from './setting-inputs.tsx'
import { SetupSection } from './setup-section.tsx'

export function SourcePage() {
  const { datasetId, connectionId } = useParams({
    from: '/signed-in/datasets/$datasetId/sources/$connectionId',
  })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const { data, error, refetch } = useQuery(connectionQuery(datasetId, connectionId))
  const { data: types } = useQuery(sourceTypesQuery)
  const type = types?.find(({ name }) => name === data?.source)
  const locked = !dataset?.may.includes('develop')
  return (
    <Page title={data?.name ?? 'Source'} of="Sources" lead={data && <Lead connection={data} />}>
      {error && !data && <Failed error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageLoading />}
      {data && (
        <>
          <Trouble connection={data} />
          {locked && dataset && (
            <Alert variant="light" color="gray" icon={<IconLock aria-hidden />}>
              You may look but not change. That needs the role developer.
            </Alert>
          )}
          {type && <SetupSection connection={data} type={type} locked={locked} />}
          <SourceGuide datasetId={data.dataset_id} source={data.source} />
          {data.last_received_ms !== null && (
            <>
              <Section title="How it gets on" hint="Deliveries of all time.">
                <Numbers connection={data} />
              </Section>
              <DeliveriesSection connection={data} locked={locked} />
            </>
          )}
          <PollingSection connection={data} locked={locked} />
          {type && <ChangeSection connection={data} type={type} locked={locked} />}
          <StopSection connection={data} locked={locked} />
        </>
      )}
    </Page>
  )
}

interface PartProps {
  readonly connection: ConnectionShown
  readonly locked: boolean
}

function Lead({ connection }: { connection: ConnectionShown }) {
  const { color, words } = conditionOf(connection)
  const { title, name } = connection
  return (
    <Group gap="sm">
      {title !== name && title}
      <Badge color={color} variant="light" tt="none" size="lg" data-testid="condition">
        {words}
      </Badge>
    </Group>
  )
}

/** Deliveries that were refused are not kept: what stands here is all that is known of them. */
function Trouble({ connection }: { connection: ConnectionShown }) {
  const { refused, problem, needs_secret } = connection
  if (problem) {
    return (
      <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />}>
        {problem.detail} <Code>{problem.code}</Code>
      </Alert>
    )
  }
  if (!refused) return null
  return (
    <Alert
      role="alert"
      color="orange"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={`${countOf(refused.n, 'delivery', 'deliveries')} refused since the server started`}
      data-testid="refused"
    >
      <Text size="sm">
        The last on <Time ms={refused.last_ms} as="moment" />: {refused.detail}{' '}
        {needs_secret
          ? 'Enter the secret below: the platform will send them again.'
          : 'Compare the secret here with the one there; most platforms send again by themselves.'}
      </Text>
    </Alert>
  )
}

function ChangeSection({ connection, type, locked }: PartProps & { type: SourceTypeView }) {
  const { dataset_id, connection_id, settings } = connection
  const [changes, setChanges] = useState<Readonly<Record<string, unknown>>>({})
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      updateConnection(dataset_id, connection_id, {
        settings: changedSettings(changes, settings),
      }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['connections'] })
      setChanges({})
    },
  })
  return (
    <Section
      title="Settings"
      hint="They apply to what is translated from then on. To apply them to what is there, translate it again above."
    >
      <Stack gap="lg" maw={720} id="settings">
        <SettingInputs
          key={JSON.stringify(settings)}
          type={type}
          stored={settings}
          changes={changes}
          onChange={setChanges}
          disabled={locked}
        />
        {save.error && <Failed error={save.error} />}
        <Group gap="sm">
          <Button
            disabled={locked || Object.keys(changes).length === 0}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save changes
          </Button>
          {save.isSuccess && Object.keys(changes).length === 0 && (
            <Text size="sm" c="dimmed" role="status">
              Saved
            </Text>
          )}
        </Group>
      </Stack>
    </Section>
  )
}

function StopSection({ connection, locked }: PartProps) {
  const { dataset_id, connection_id, enabled, name } = connection
  const cache = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => cache.invalidateQueries({ queryKey: ['connections'] })
  const toggle = useMutation({
    mutationFn: () => updateConnection(dataset_id, connection_id, { enabled: !enabled }),
    onSuccess: refresh,
  })
  const remove = useMutation({
    mutationFn: (_: undefined) => removeConnection(dataset_id, connection_id),
    onSuccess: async () => {
      await navigate({
        to: '/datasets/$datasetId/sources',
        params: { datasetId: dataset_id },
      })
      cache.removeQueries({ queryKey: ['connections', dataset_id, connection_id] })
      await refresh()
    },
  })
  return (
    <Section
      title={enabled ? 'Stop it' : 'It is switched off'}
      hint="Switched off, deliveries are refused and nothing is asked; platforms give up after a while. Events that were counted stay counted."
    >
      <Group gap="sm">
        <Button
          variant={enabled ? 'default' : 'filled'}
          disabled={locked}
          loading={toggle.isPending}
          onClick={() => toggle.mutate()}
        >
          {enabled ? 'Switch off' : 'Switch on'}
        </Button>
        <Confirm
          label="Remove"
          title={`Remove ${name}?`}
          action="Remove it"
          danger
          disabled={locked}
          button={{ color: 'red', variant: 'light' }}
          work={remove}
        >
          Its address stops working and its deliveries are gone. Orders stay known as counted: a new
          connection does not count them again. There is no way back.
        </Confirm>
      </Group>
      {toggle.error && <Failed error={toggle.error} />}
    </Section>
  )
}
