/** Text to copy: a secret in one line, or a snippet of code with a button. */
import { ActionIcon, Box, Button, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './copy.module.css'

export function CopyIcon({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip
          label={copied ? 'Copied' : label}
          events={{ hover: true, focus: true, touch: true }}
        >
          <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={label}>
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** A token that is shown this once. */
export function Secret({ value, label }: { value: string; label: string }) {
  return (
    <Group gap="sm" wrap="nowrap" align="stretch" className={classes.secret}>
      <Code className={classes.secretText} aria-label={label} data-testid="secret">
        {value}
      </Code>
      <CopyText value={value} />
    </Group>
  )
}

/** A block of code. It scrolls inside itself, so the page never does. */
export function Snippet({ code, label }: { code: string; label: string }) {
  return (
    <Box className={classes.snippet ?? ''}>
      <Group justify="space-between" className={classes.snippetHead ?? ''}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <CopyText value={code} />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it */}
      <section className={classes.code} tabIndex={0} aria-label={label}>
        <pre>{code}</pre>
      </section>
    </Box>
  )
}

function CopyText({ value }: { value: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          flex="none"
          leftSection={
            copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
          }
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      )}
    </CopyButton>
  )
}
