/** A new rule: from nothing, or from one that many shops want. Both open in the builder. */
import { Button, Menu, SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Section } from '../parts/section.tsx'
import { READY_MADE } from './ready-made.ts'
import type { Rule } from './rule.ts'
import classes from './rules.module.css'

const BLANK: Rule = {
  id: 'rule',
  name: '',
  when: { op: 'equals', field: 'event_name', value: '' },
  actions: [],
}

export function AddRule({ onAdd }: { onAdd: (rule: Rule) => void }) {
  return (
    <Menu position="bottom-end" width={340}>
      <Menu.Target>
        <Button data-add-rule leftSection={<IconPlus size={16} aria-hidden />}>
          Add rule
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAdd(BLANK)}>
          <Text size="sm" fw={600}>
            Empty rule
          </Text>
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Ready-made, to fill in</Menu.Label>
        {READY_MADE.map(({ title, rule }) => (
          <Menu.Item key={rule.id} onClick={() => onAdd(rule)}>
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

export function ReadyMadeRules({ onAdd }: { onAdd: (rule: Rule) => void }) {
  return (
    <Section
      title="No rules yet: every event is counted as it comes"
      hint="Start from one of these and fit it to your shop, or add an empty rule. Nothing happens before you have tried and published it."
    >
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {READY_MADE.map(({ title, about, rule }) => (
          <UnstyledButton key={rule.id} className={classes.ready ?? ''} onClick={() => onAdd(rule)}>
            <Stack gap={4}>
              <Text fw={650}>{title}</Text>
              <Text size="sm" c="dimmed">
                {about}
              </Text>
            </Stack>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Section>
  )
}
