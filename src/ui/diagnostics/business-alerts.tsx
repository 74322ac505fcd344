/** The alerts of a business: what its datasets follow, and which of them go their own way. */
import { Badge, Button, Group, Select, Stack, Text } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { AlertsAnswer } from '../../api/types.ts'
import { ApiError } from '../api-client.ts'
import { Confirm } from '../parts/confirm.tsx'
import { TextLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading, PageNotFound } from '../parts/states.tsx'
import { ForAdmins, mayAdminister } from '../shell/no-entry.tsx'
import { useOwnBusiness } from '../shell/use-business.ts'
import { AlertForm } from './alert-form.tsx'
import { NoMail } from './alerts.tsx'
import { alertsKey, alertsQuery, resetAlerts, testAlerts } from './diagnostics-queries.ts'

export function BusinessAlertsPage() {
  const { businessId } = useParams({ from: '/signed-in/businesses/$businessId/alerts' })
  const business = useOwnBusiness(businessId)
  if (business && !mayAdminister(business)) return <ForAdmins title="Alerts" business={business} />
  return <BusinessAlerts businessId={businessId} name={business?.name ?? ''} />
}

function BusinessAlerts({ businessId, name }: { businessId: string; name: string }) {
  const of = { on: 'business', id: businessId } as const
  const { data, error, refetch, isPending } = useQuery(alertsQuery(of))
  if (error instanceof ApiError && error.status === 404) return <PageNotFound />
  return (
    <Page
      title="Alerts"
      of={name}
      lead="Who is told when something goes wrong in this business. Its datasets follow these settings unless they have their own."
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          {!data.mail && <NoMail />}
          <Section
            title="Who is told of what"
            hint={data.own ? undefined : 'Nothing is set yet: nobody is told.'}
            actions={data.own && <Remove businessId={businessId} />}
          >
            <AlertForm key={JSON.stringify(data.settings)} of={of} alerts={data} />
          </Section>
          <Test alerts={data} />
          <Datasets datasets={data.datasets} />
        </>
      )}
    </Page>
  )
}

function Remove({ businessId }: { businessId: string }) {
  const of = { on: 'business', id: businessId } as const
  const cache = useQueryClient()
  const remove = useMutation({
    mutationFn: () => resetAlerts(of),
    onSuccess: (answer) => cache.setQueryData(alertsKey(of), answer),
  })
  return (
    <Confirm label="Remove" title="Remove these alerts?" action="Remove" danger work={remove}>
      Datasets without settings of their own then tell nobody.
    </Confirm>
  )
}

/** A message is always about a dataset, so a test goes out in the name of one. */
function Test({ alerts: { datasets, own } }: { alerts: AlertsAnswer }) {
  const following = datasets.filter((one) => !one.own)
  const [chosen, choose] = useState<string | null>(null)
  const id = chosen ?? following[0]?.dataset_id
  const test = useMutation({ mutationFn: (datasetId: string) => testAlerts(datasetId) })
  return (
    <Section title="Try it" hint="One message to every channel that is saved above.">
      {following.length === 0 ? (
        <Text size="sm">No dataset follows these settings, so there is nothing to test.</Text>
      ) : (
        <Group gap="sm" align="flex-end">
          <Select
            label="In the name of"
            data={following.map(({ dataset_id, name }) => ({ value: dataset_id, label: name }))}
            value={id ?? null}
            onChange={choose}
            allowDeselect={false}
            flex="0 1 320px"
          />
          <Button
            variant="default"
            leftSection={<IconSend size={16} aria-hidden />}
            loading={test.isPending}
            disabled={!own || id === undefined}
            onClick={() => id !== undefined && test.mutate(id)}
          >
            Send a test
          </Button>
        </Group>
      )}
      {test.error && <Failed error={test.error} />}
      {test.data && (
        <Stack gap={4} role="status">
          {test.data.sent.map(({ channel, error }) => (
            <Text key={channel} size="sm" {...(error ? { c: 'red' } : {})}>
              {channel === 'email' ? 'E-mail' : 'Webhook'}: {error ?? 'sent'}
            </Text>
          ))}
        </Stack>
      )}
    </Section>
  )
}

const SETTING_WORDS: Record<string, string> = {
  emails: 'who gets e-mail',
  webhook_url: 'webhook',
  webhook_secret: 'signing secret',
  now: 'what is told at once',
  digest: 'digest',
  digest_hour: 'hour of the digest',
  rules: 'exceptions for checks',
}

function Datasets({ datasets }: { datasets: AlertsAnswer['datasets'] }) {
  return (
    <Section title="What each dataset does">
      {datasets.length === 0 && <Text size="sm">This business has no dataset yet.</Text>}
      <Stack gap="sm">
        {datasets.map(({ dataset_id, name, own, differs }) => (
          <div key={dataset_id} data-testid="dataset-alerts">
            <Group gap="xs">
              <TextLink
                to="/datasets/$datasetId/alerts"
                params={{ datasetId: dataset_id }}
                fw={600}
              >
                {name}
              </TextLink>
              <Badge variant={own ? 'light' : 'default'} tt="none" fw={500}>
                {own ? 'Own settings' : 'Follows'}
              </Badge>
            </Group>
            {own && (
              <Text size="sm" c="dimmed">
                {differs.length === 0
                  ? 'The same as here today; changes made here do not reach it.'
                  : `Others than here: ${differs.map((key) => SETTING_WORDS[key] ?? key).join(', ')}.`}
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Section>
  )
}
