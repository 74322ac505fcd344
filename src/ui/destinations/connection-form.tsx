/** The settings of a destination and a test of them, where one is added and where it is changed. */
import { Button, Collapse, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconFlask } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { DestinationTypeView } from '../../api/types.ts'
import { testDestination } from '../destination-queries.ts'
import { Failed } from '../parts/states.tsx'
import { changedSettings, isNear, type SettingField, settingFields } from './setting-fields.ts'
import { SettingInput } from './setting-input.tsx'
import { TestResult } from './test-result.tsx'

interface ConnectionFormProps {
  readonly datasetId: string
  readonly type: DestinationTypeView
  /** Of a destination that is there already. */
  readonly stored?: { readonly id: string; readonly settings: Readonly<Record<string, unknown>> }
  readonly changes: Readonly<Record<string, unknown>>
  readonly onChange: (changes: Readonly<Record<string, unknown>>) => void
  readonly disabled: boolean
}

export function ConnectionForm(props: ConnectionFormProps) {
  const { datasetId, type, stored, changes, onChange, disabled } = props
  const [opened, { toggle }] = useDisclosure()
  const fields = settingFields(type.schema)
  const far = fields.filter((field) => !isNear(field))
  const show = (field: SettingField) => {
    const kept = stored?.settings[field.name]
    const shown = field.secret ? '' : (kept ?? field.fallback)
    return (
      <SettingInput
        key={field.name}
        field={field}
        value={field.name in changes ? changes[field.name] : shown}
        stored={field.secret && kept ? String(kept) : undefined}
        disabled={disabled}
        onChange={(value) => onChange({ ...changes, [field.name]: value })}
      />
    )
  }
  const test = useMutation({
    mutationFn: () =>
      testDestination(datasetId, {
        ...(stored ? { destination_id: stored.id } : { type: type.name }),
        settings: changedSettings(changes, stored?.settings),
      }),
  })
  return (
    <Stack gap="lg">
      {fields.filter(isNear).map(show)}
      {far.length > 0 && (
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={opened}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {opened ? 'Fewer settings' : `${far.length} more settings`}
          </Button>
          <Collapse expanded={opened}>
            <Stack gap="lg" pt="md">
              {far.map(show)}
            </Stack>
          </Collapse>
        </div>
      )}
      <Group gap="sm">
        <Button
          variant="default"
          disabled={disabled}
          loading={test.isPending}
          leftSection={<IconFlask size={16} aria-hidden />}
          onClick={() => test.mutate()}
        >
          Send a test event
        </Button>
        <Text size="sm" c="dimmed" flex="1 1 220px">
          One event named TwofoldTest (or a page view where only known names are taken). No sale, no
          lead.
        </Text>
      </Group>
      {test.error && <Failed error={test.error} />}
      {test.data && <TestResult tested={test.data} />}
    </Stack>
  )
}
