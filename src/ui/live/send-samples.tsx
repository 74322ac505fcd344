/** Sample events in chosen shapes, made by the server, with what became of each report. */
import {
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { SamplesSent, TestEventsRequest } from '../../api/types.ts'
import { STANDARD_EVENTS, type StandardEvent } from '../../event/names.ts'
import { call } from '../api-client.ts'
import { countOf } from '../format.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failed } from '../parts/states.tsx'
import { type Counting, SHAPE_WORDS, SHAPES, type Shape, samplesOf } from './sample-words.ts'
import { SamplesResult } from './samples-result.tsx'

/** The server takes no more at once. */
const SAMPLES_MAX = 40

interface SendSamplesProps {
  readonly datasetId: string
  readonly counting: Counting
}

export function SendSamples({ datasetId, counting }: SendSamplesProps) {
  const [shapes, setShapes] = useState<Shape[]>(['pair', 'order_pair', 'duplicate'])
  const [names, setNames] = useState<StandardEvent[]>(['Purchase'])
  const [money, setMoney] = useState({ value: 1, currency: 'EUR' })
  const send = useMutation({
    mutationFn: () => {
      const body: TestEventsRequest = { shapes, event_names: names, counting, ...money }
      return call<SamplesSent>('POST', `/api/datasets/${datasetId}/test-events`, body)
    },
  })
  const samples = samplesOf(shapes, names.length)
  const problem = problemOf(samples, names.length)
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="h5">
          Fire sample events
        </Title>
        <Text size="sm" c="dimmed">
          The server makes them and takes them in like everybody else’s. Each is a person of its own
          at example.com.
        </Text>
      </div>
      <Checkbox.Group
        label="Shapes"
        value={shapes}
        onChange={(chosen) => setShapes(SHAPES.filter((shape) => chosen.includes(shape)))}
      >
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm" mt={6}>
          {SHAPES.map((shape) => (
            <Checkbox
              key={shape}
              value={shape}
              label={SHAPE_WORDS[shape].label}
              description={SHAPE_WORDS[shape].detail}
            />
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      <Group gap="sm" align="flex-end">
        <MultiSelect
          label="Events"
          data={STANDARD_EVENTS}
          value={names}
          onChange={(chosen) => setNames(chosen as StandardEvent[])}
          searchable
          flex="2 1 260px"
        />
        <Button
          variant="default"
          onClick={() => setNames(names.length > 1 ? ['Purchase'] : [...STANDARD_EVENTS])}
        >
          {names.length > 1 ? 'Only Purchase' : 'Every standard event'}
        </Button>
        <MoneyInputs money={money} onChange={setMoney} />
      </Group>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
      <Group>
        <SendButton {...{ samples, counting, money, send }} disabled={problem !== undefined} />
      </Group>
      {send.error && counting === 'sandbox' && <Failed error={send.error} />}
      {send.data && <SamplesResult datasetId={datasetId} sent={send.data} />}
    </Stack>
  )
}

function problemOf(samples: number, names: number): string | undefined {
  if (names === 0) return 'Choose at least one event.'
  if (samples === 0) return 'Choose at least one shape.'
  if (samples > SAMPLES_MAX) {
    return `That makes ${countOf(samples, 'sample')}; at most ${SAMPLES_MAX} go at once.`
  }
  return undefined
}

interface Money {
  readonly value: number
  readonly currency: string
}

interface MoneyInputsProps {
  readonly money: Money
  readonly onChange: (money: Money) => void
}

function MoneyInputs({ money, onChange }: MoneyInputsProps) {
  return (
    <Group gap="sm" flex="1 1 200px" wrap="nowrap">
      <NumberInput
        label="Value"
        min={0}
        max={1_000_000}
        decimalScale={2}
        value={money.value}
        onChange={(value) => onChange({ ...money, value: Number(value) || 0 })}
        flex="1 1 90px"
      />
      <TextInput
        label="Currency"
        value={money.currency}
        maxLength={3}
        onChange={(event) =>
          onChange({ ...money, currency: event.currentTarget.value.toUpperCase() })
        }
        flex="0 1 90px"
      />
    </Group>
  )
}

interface SendButtonProps {
  readonly samples: number
  readonly counting: Counting
  readonly money: Money
  readonly disabled: boolean
  readonly send: ReturnType<typeof useMutation<SamplesSent, Error, void>>
}

function SendButton({ samples, counting, money, disabled, send }: SendButtonProps) {
  const label = `Send ${countOf(samples, 'sample')}`
  if (counting === 'sandbox') {
    return (
      <Button
        leftSection={<IconSend size={16} aria-hidden />}
        loading={send.isPending}
        disabled={disabled}
        onClick={() => send.mutate()}
      >
        {label}
      </Button>
    )
  }
  return (
    <Confirm
      label={label}
      title="Count them as real?"
      action="Send and count them"
      danger
      disabled={disabled}
      work={send}
    >
      {countOf(samples, 'sample')} will stand in the reports of this dataset for good, with{' '}
      {money.value} {money.currency} each where the event has a price, and go to every destination
      that takes such events.
    </Confirm>
  )
}
