/** Who is told of findings, how and when: a form, a test, and what was sent. */
import { Alert, Button, Group, Table, Text } from '@mantine/core'
import { IconInfoCircle, IconSend } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { AlertsAnswer } from '../../api/types.ts'
import { ButtonLink } from '../parts/links.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Failed, PageLoading } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { datasetQuery } from '../queries.ts'
import { ForDevelopers } from '../shell/no-entry.tsx'
import { AlertForm } from './alert-form.tsx'
import { alertsKey, alertsQuery, resetAlerts, testAlerts } from './diagnostics-queries.ts'

export function AlertsPage() {
  const { datasetId } = useParams({ from: '/signed-in/datasets/$datasetId' })
  const { data: dataset } = useQuery(datasetQuery(datasetId))
  const may = dataset?.may.includes('develop')
  const { data, error, refetch, isPending } = useQuery({
    ...alertsQuery({ on: 'dataset', id: datasetId }),
    enabled: may === true,
  })
  if (dataset && !may) return <ForDevelopers title="Alerts" of={dataset.name} />
  return (
    <Page
      title="Alerts"
      of={dataset?.name ?? ''}
      lead="Who is told when something goes wrong. Few messages: what opens together goes together, three an hour at most, and the rest once a day."
      actions={
        <ButtonLink variant="default" to="/datasets/$datasetId/diagnostics" params={{ datasetId }}>
          Diagnostics
        </ButtonLink>
      }
    >
      {isPending && <PageLoading />}
      {error && <Failed error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          <Notes datasetId={datasetId} alerts={data} />
          <Section title="Who is told of what">
            <AlertForm
              key={JSON.stringify(data.settings)}
              of={{ on: 'dataset', id: datasetId }}
              alerts={data}
            />
          </Section>
          <Sent datasetId={datasetId} alerts={data} />
        </>
      )}
    </Page>
  )
}

interface PartProps {
  readonly datasetId: string
  readonly alerts: AlertsAnswer
}

function Notes({ datasetId, alerts: { mail, own, settings } }: PartProps) {
  const cache = useQueryClient()
  const reset = useMutation({
    mutationFn: () => resetAlerts({ on: 'dataset', id: datasetId }),
    onSuccess: (answer) => cache.setQueryData(alertsKey({ on: 'dataset', id: datasetId }), answer),
  })
  const follows = !own && (settings.emails.length > 0 || settings.webhook_url !== '')
  return (
    <>
      {!mail && <NoMail />}
      {follows && (
        <Text size="sm">These are the settings of the business. Save to have others here.</Text>
      )}
      {own && (
        <Group gap="sm">
          <Text size="sm">This dataset has settings of its own.</Text>
          <Button
            size="xs"
            variant="default"
            loading={reset.isPending}
            onClick={() => reset.mutate()}
          >
            Follow the business instead
          </Button>
        </Group>
      )}
      {reset.error && <Failed error={reset.error} />}
    </>
  )
}

/** Also of the page of a business. */
export function NoMail() {
  return (
    <Alert variant="light" color="gray" icon={<IconInfoCircle aria-hidden />}>
      This server has no mail server yet, so only the webhook works. Whoever runs it sets
      TWOFOLD_SMTP_HOST and TWOFOLD_SMTP_FROM.
    </Alert>
  )
}

const KINDS = { alert: 'Alert', digest: 'Digest', test: 'Test' } as const
const CHANNELS = { email: 'E-mail', webhook: 'Webhook' } as const

function Sent({ datasetId, alerts: { history, settings } }: PartProps) {
  const cache = useQueryClient()
  const test = useMutation({
    mutationFn: () => testAlerts(datasetId),
    onSuccess: () =>
      cache.invalidateQueries({ queryKey: alertsKey({ on: 'dataset', id: datasetId }) }),
  })
  return (
    <Section
      title="What was sent"
      hint="The newest 100 messages."
      actions={
        <Button
          variant="default"
          leftSection={<IconSend size={16} aria-hidden />}
          loading={test.isPending}
          disabled={settings.emails.length === 0 && settings.webhook_url === ''}
          onClick={() => test.mutate()}
        >
          Send a test
        </Button>
      }
    >
      {test.error && <Failed error={test.error} />}
      {history.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing yet. Save an address and send a test.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label="Messages">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Subject</Table.Th>
                <Table.Th>What came of it</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {history.map((one, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two may be the same in all they say
                <Table.Tr key={index}>
                  <Table.Td>
                    <Time ms={one.at * 1000} as="moment" />
                  </Table.Td>
                  <Table.Td>
                    {KINDS[one.kind]}, {CHANNELS[one.channel]}
                  </Table.Td>
                  <Table.Td>{one.subject}</Table.Td>
                  <Table.Td>
                    {one.error === null ? 'Sent' : <Text c="red">{one.error}</Text>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  )
}
