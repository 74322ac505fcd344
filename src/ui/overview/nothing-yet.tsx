/** An empty window: what to do about it. */
import { EmptyState, Group, Paper } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { ButtonLink } from '../parts/links.tsx'
import { WINDOW_TEXT, type WindowName } from '../window.ts'

export function NothingYet({ datasetId, window }: { datasetId: string; window: WindowName }) {
  const wider = window !== '28d'
  return (
    <Paper withBorder py={48} px="md">
      <EmptyState
        icon={<IconPlugConnected aria-hidden />}
        withIndicatorBackground
        title={`Nothing arrived ${WINDOW_TEXT[window].sentence}`}
        description="Paste the snippet into your site, then watch Test events while you click through it."
      >
        <Group justify="center" mt="md">
          <ButtonLink to="/datasets/$datasetId/install" params={{ datasetId }}>
            Install
          </ButtonLink>
          {wider && (
            <ButtonLink
              variant="default"
              to="/datasets/$datasetId"
              params={{ datasetId }}
              search={{ window: '28d' }}
            >
              Show 28 days
            </ButtonLink>
          )}
        </Group>
      </EmptyState>
    </Paper>
  )
}
