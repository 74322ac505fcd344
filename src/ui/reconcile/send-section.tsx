/** Orders that nobody reported: how many can be sent, and the button that does it. */
import { Button, Group, List, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReconciliationAnswer, SentAnswer } from '../../api/types.ts'
import { countOf, formatCount } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { type DaysChosen, sendMissing } from '../reconcile-queries.ts'
import { UNSENT_WORDS } from './words.ts'

interface SendSectionProps {
  readonly datasetId: string
  readonly found: ReconciliationAnswer
  readonly days: DaysChosen
  readonly locked: boolean
}

export function SendSection({ datasetId, found, days, locked }: SendSectionProps) {
  const queries = useQueryClient()
  const asked = {
    ...(days.from ? { from: days.from } : {}),
    ...(days.to ? { to: days.to } : {}),
  }
  const trial = useQuery({
    queryKey: ['reconciliation', datasetId, 'send', asked, found.total.missing],
    queryFn: () => sendMissing(datasetId, { ...asked, dry_run: true }),
    enabled: !locked && found.total.missing > 0,
  })
  const send = useMutation({
    mutationFn: () => sendMissing(datasetId, { ...asked, dry_run: false }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['reconciliation'] }),
  })
  if (found.total.missing === 0 && !send.data) return null
  return (
    <Section
      title="Send what is missing"
      hint="As a server event under the id that a late report of the order would have, so that it still counts once."
    >
      {send.data && <Done sent={send.data} />}
      {trial.error && <Failed error={trial.error} onRetry={() => void trial.refetch()} />}
      {locked && <Text>Somebody with the role developer can send them.</Text>}
      {trial.data && found.total.missing > 0 && (
        <>
          <Text data-testid="sendable">
            {formatCount(trial.data.sendable)} of {countOf(trial.data.missing, 'missing order')} can
            be sent.
          </Text>
          <Unsent reasons={trial.data.unsent} />
          <Group>
            {trial.data.sendable > 0 ? (
              <Confirm
                label="Send them"
                title={`Send ${countOf(trial.data.sendable, 'order')}?`}
                action="Send"
                button={{ variant: 'filled' }}
                work={{
                  mutate: (_, then) => send.mutate(undefined, then),
                  isPending: send.isPending,
                  error: send.error,
                  reset: send.reset,
                }}
              >
                They are counted as purchases and go to your destinations like all others. It is
                noted in the history.
              </Confirm>
            ) : (
              <Button disabled>Send them</Button>
            )}
          </Group>
        </>
      )}
    </Section>
  )
}

function Done({ sent }: { readonly sent: SentAnswer }) {
  const refused = Object.entries(sent.refused)
  return (
    <Text data-testid="sent" role="status">
      {countOf(sent.sent, 'order was', 'orders were')} sent.
      {refused.map(([reason, n]) => ` ${formatCount(n)} refused: ${reason}.`)}
    </Text>
  )
}

function Unsent({ reasons }: { readonly reasons: SentAnswer['unsent'] }) {
  const entries = Object.entries(reasons)
  if (entries.length === 0) return null
  return (
    <List size="sm">
      {entries.map(([reason, n]) => (
        <List.Item key={reason}>
          {formatCount(n)} {UNSENT_WORDS[reason] ?? reason}
        </List.Item>
      ))}
    </List>
  )
}
