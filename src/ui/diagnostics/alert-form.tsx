/** The settings of alerts as a form; what was not touched stays as it is. */
import {
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { AlertsAnswer } from '../../api/types.ts'
import { Failed } from '../parts/states.tsx'
import { type AlertsOf, alertsKey, changeAlerts } from './diagnostics-queries.ts'

type Settings = AlertsAnswer['settings']
type When = Settings['rules'][string]

const NOW = [
  { value: 'error', label: 'What costs events or money' },
  { value: 'warning', label: 'That, and what costs precision' },
  { value: 'suggestion', label: 'Everything' },
  { value: 'none', label: 'Nothing' },
]
const DIGEST = [
  { value: 'daily', label: 'Once a day' },
  { value: 'never', label: 'Never' },
]
const WHEN: { value: When; label: string }[] = [
  { value: 'now', label: 'at once' },
  { value: 'digest', label: 'in the digest' },
  { value: 'never', label: 'never' },
]

interface FormProps {
  readonly of: AlertsOf
  readonly alerts: AlertsAnswer
}

export function AlertForm({ of, alerts }: FormProps) {
  const [settings, setSettings] = useState(alerts.settings)
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: () => changeAlerts(of, settings),
    onSuccess: (answer) => {
      cache.setQueryData(alertsKey(of), answer)
      // What follows a business has changed with it.
      if (of.on === 'business') void cache.invalidateQueries({ queryKey: ['alerts', 'dataset'] })
    },
  })
  const set = (change: Partial<Settings>): void => setSettings((was) => ({ ...was, ...change }))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={640}>
        <TagsInput
          label="E-mail to"
          description="Each gets one of their own."
          placeholder="ann@shop.com, then Enter"
          value={settings.emails}
          onChange={(emails) => set({ emails })}
          acceptValueOnBlur
          clearable
        />
        <TextInput
          label="Webhook"
          description="Gets every message as JSON."
          placeholder="https://hooks.shop.com/twofold"
          value={settings.webhook_url}
          onChange={(event) => set({ webhook_url: event.currentTarget.value.trim() })}
        />
        <TextInput
          label="Signing secret of the webhook"
          description="whsec_ and base64 (Standard Webhooks). Empty: not signed."
          value={settings.webhook_secret}
          onChange={(event) => set({ webhook_secret: event.currentTarget.value.trim() })}
          autoComplete="off"
        />
        <Times settings={settings} set={set} />
        <Rules settings={settings} checks={alerts.checks} set={set} />
        {save.error && <Failed error={save.error} />}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending}>
            Save changes
          </Button>
          <Text size="sm" role="status">
            {save.isSuccess && settings === alerts.settings ? 'Saved' : ''}
          </Text>
        </Group>
      </Stack>
    </form>
  )
}

interface PartProps {
  readonly settings: Settings
  readonly set: (change: Partial<Settings>) => void
}

function Times({ settings, set }: PartProps) {
  return (
    <Group gap="md" align="flex-start">
      <Select
        label="Told at once"
        data={NOW}
        value={settings.now}
        onChange={(now) => now && set({ now: now as Settings['now'] })}
        allowDeselect={false}
        flex="1 1 240px"
      />
      <Select
        label="Digest of the rest"
        data={DIGEST}
        value={settings.digest}
        onChange={(digest) => digest && set({ digest: digest as Settings['digest'] })}
        allowDeselect={false}
        flex="1 1 140px"
      />
      <NumberInput
        label="At hour (UTC)"
        min={0}
        max={23}
        value={settings.digest_hour}
        onChange={(hour) => set({ digest_hour: Number(hour) || 0 })}
        disabled={settings.digest === 'never'}
        flex="1 1 140px"
      />
    </Group>
  )
}

function Rules({ settings, checks, set }: PartProps & { readonly checks: AlertsAnswer['checks'] }) {
  const { rules } = settings
  const own = Object.entries(rules)
  const titleOf = (code: string): string =>
    checks.find((check) => check.code === code)?.title ?? code
  const without = (code: string) =>
    Object.fromEntries(own.filter(([one]) => one !== code)) as Settings['rules']
  return (
    <Stack gap="xs">
      <Select
        label="Exceptions for single checks"
        placeholder="Choose a check"
        data={checks
          .filter(({ code }) => !(code in rules))
          .map(({ code, title }) => ({ value: code, label: title }))}
        value={null}
        onChange={(code) => code && set({ rules: { ...rules, [code]: 'never' } })}
        searchable
      />
      {own.map(([code, when]) => (
        <Group key={code} gap="sm" wrap="wrap">
          <Text size="sm" flex="1 1 200px">
            {titleOf(code)}
          </Text>
          <Select
            aria-label={`When to tell of: ${titleOf(code)}`}
            size="xs"
            w={140}
            data={WHEN}
            value={when}
            onChange={(next) => next && set({ rules: { ...rules, [code]: next as When } })}
            allowDeselect={false}
          />
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => set({ rules: without(code) })}
            aria-label={`Remove the exception for: ${titleOf(code)}`}
          >
            Remove
          </Button>
        </Group>
      ))}
    </Stack>
  )
}
