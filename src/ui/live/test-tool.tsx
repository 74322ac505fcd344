/**
 * Sends test events: opens a page of the shop under a code, or fires sample events in all shapes.
 * What arrives is shown by the page around it.
 */
import { Divider, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Section } from '../parts/section.tsx'
import { OpenPage } from './open-page.tsx'
import type { Counting } from './sample-words.ts'
import { SendSamples } from './send-samples.tsx'

interface TestToolProps {
  readonly datasetId: string
  /** The dataset keeps every test in a sandbox. */
  readonly sandbox: boolean
}

export function TestTool({ datasetId, sandbox }: TestToolProps) {
  const [counting, setCounting] = useState<Counting>('sandbox')
  return (
    <Section
      title="Send test events"
      hint="By default they do not count: they are only shown here, in no report, and sent nowhere."
    >
      <Stack gap={4} align="flex-start">
        <SegmentedControl
          aria-label="Do they count?"
          value={counting}
          onChange={(value) => setCounting(value === 'real' ? 'real' : 'sandbox')}
          data={[
            { value: 'sandbox', label: 'Only show them' },
            { value: 'real', label: 'Count as real' },
          ]}
        />
        {counting === 'real' && (
          <Text size="sm" c="red">
            They will stand in every report of this dataset and go to its destinations.
          </Text>
        )}
      </Stack>
      <OpenPage datasetId={datasetId} counting={counting} sandbox={sandbox} />
      <Divider />
      <SendSamples datasetId={datasetId} counting={counting} />
    </Section>
  )
}
