/** What came of a test event, word for word. */
import { Alert, Button, Code, Collapse, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import type { DestinationTested } from '../../api/types.ts'
import { Json } from '../parts/json.tsx'

const TITLES: Record<DestinationTested['state'], string> = {
  delivered: 'It works: the test event arrived',
  retry: 'It did not arrive, for a reason that may pass',
  held: 'It cannot be sent to with these settings',
  rejected: 'The destination answered, but refused the test event',
  skipped: 'Nothing was sent: the test event is not among those it gets',
}

export function TestResult({ tested }: { tested: DestinationTested }) {
  const [opened, { toggle }] = useDisclosure()
  const { state, code, detail, payload, exchanges, event_id } = tested
  const color = { delivered: 'teal', retry: 'orange', skipped: 'gray' }[state as 'retry'] ?? 'red'
  return (
    <Alert
      color={color}
      variant="light"
      role="status"
      icon={state === 'delivered' ? <IconCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={TITLES[state]}
      data-testid="tested"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          {detail} {code && <Code>{code}</Code>}
        </Text>
        {exchanges.length > 0 && (
          <Button variant="subtle" size="compact-sm" onClick={toggle} aria-expanded={opened}>
            {opened ? 'Hide what was sent and answered' : 'Show what was sent and answered'}
          </Button>
        )}
        <Collapse expanded={opened} w="100%">
          <Stack gap="xs">
            <Text size="sm">
              Event id <Code>{event_id}</Code>
            </Text>
            <Json value={payload} label="What was sent" />
            {exchanges.map(({ url, status, ms, answer }) => (
              <div key={`${url} ${status} ${answer}`}>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {url}: {status === 0 ? 'no answer' : `status ${status}`} after {ms} ms
                </Text>
                {answer && <Json value={answer} label="What was answered" />}
              </div>
            ))}
          </Stack>
        </Collapse>
      </Stack>
    </Alert>
  )
}
