/** Other choices about consent by region, in the order in which they are asked. */
import {
  ActionIcon,
  Autocomplete,
  Button,
  Fieldset,
  Group,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import {
  actionsFor,
  CONSENT_ACTION_WORDS,
  type ConsentRule,
  consentRuleOf,
  consentRuleText,
  NEW_CONSENT_RULE,
  SAID_WORDS,
} from './consent-rules.ts'
import classes from './settings.module.css'

interface ConsentRulesInputProps {
  readonly label: string
  readonly value: readonly string[]
  readonly onChange: (value: readonly string[]) => void
  readonly disabled: boolean
}

export function ConsentRulesInput({ label, value, onChange, disabled }: ConsentRulesInputProps) {
  const put = (index: number, rule: ConsentRule): void =>
    onChange(value.map((text, at) => (at === index ? consentRuleText(rule) : text)))
  const up = (index: number): void => {
    const [before = '', one = ''] = value.slice(index - 1, index + 1)
    onChange([...value.slice(0, index - 1), one, before, ...value.slice(index + 1)])
  }
  return (
    <Fieldset
      legend={label}
      variant="unstyled"
      disabled={disabled}
      classNames={{ legend: classes.legend ?? '' }}
    >
      <Stack gap="sm">
        <Text size="xs" c="dimmed">
          The first that fits wins; where none does, the choices above hold.
        </Text>
        {value.map((text, index) => (
          <RuleRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name but their place
            key={index}
            place={index + 1}
            rule={consentRuleOf(text)}
            onChange={(rule) => put(index, rule)}
            onRemove={() => onChange(value.filter((_, at) => at !== index))}
            {...(index > 0 ? { onUp: () => up(index) } : {})}
          />
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange([...value, consentRuleText(NEW_CONSENT_RULE)])}
          >
            Add a region
          </Button>
        </div>
      </Stack>
    </Fieldset>
  )
}

const names = new Intl.DisplayNames(undefined, { type: 'region' })
const REGIONS = [
  ...['eea', 'us', 'other', 'us-ca', 'us-co', 'us-ct', 'us-tx', 'us-va'],
  ...['at', 'be', 'br', 'ca', 'ch', 'de', 'es', 'fr', 'gb', 'ie', 'it', 'nl', 'pl', 'pt', 'se'],
]

function regionWords(region: string): string {
  if (region === 'eea') return 'EEA, United Kingdom, Switzerland'
  if (region === 'other') return 'Everywhere else'
  const [country = '', state] = region.toUpperCase().split('-')
  try {
    return state ? `${names.of(country)}, ${state}` : (names.of(country) ?? region)
  } catch {
    return region
  }
}

interface RuleRowProps {
  readonly place: number
  readonly rule: ConsentRule
  readonly onChange: (rule: ConsentRule) => void
  readonly onRemove: () => void
  readonly onUp?: () => void
}

function RuleRow({ place, rule, onChange, onRemove, onUp }: RuleRowProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around each
    <div role="group" aria-label={`Region ${place}`} className={classes.rule}>
      <Autocomplete
        label="Region"
        description={regionWords(rule.region)}
        inputWrapperOrder={['label', 'input', 'description']}
        data={REGIONS}
        renderOption={({ option }) => `${regionWords(option.value)} (${option.value})`}
        filter={({ options }) => options}
        value={rule.region}
        onChange={(region) => onChange({ ...rule, region: region.trim() })}
      />
      <Select
        label="Visitors"
        allowDeselect={false}
        data={Object.entries(SAID_WORDS).map(([value, words]) => ({ value, label: words }))}
        value={rule.said}
        onChange={(said) => {
          if (said === null) return
          const action = actionsFor(said).includes(rule.action) ? rule.action : 'anonymous'
          onChange({ ...rule, said, action })
        }}
      />
      <Select
        label="Their events"
        allowDeselect={false}
        data={actionsFor(rule.said).map((value) => ({
          value,
          label: CONSENT_ACTION_WORDS[value] ?? value,
        }))}
        value={rule.action}
        onChange={(action) => action !== null && onChange({ ...rule, action })}
      />
      <Group gap={2} wrap="nowrap" className={classes.tools ?? ''}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Ask region ${place} earlier`}
          title="Ask earlier"
          style={{ visibility: onUp ? 'visible' : 'hidden' }}
          onClick={onUp}
        >
          <IconArrowUp size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove region ${place}`}
          title="Remove"
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </div>
  )
}
