/** A question before what cannot be taken back: the button that opens it, the one that does it. */
import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { Failed } from './states.tsx'

interface ConfirmProps {
  readonly label: ReactNode
  readonly title: string
  readonly children: ReactNode
  readonly action: string
  readonly danger?: boolean
  readonly button?: ButtonProps
  readonly disabled?: boolean
  /** Done when it resolves; what it rejects with is shown. */
  readonly work: {
    readonly mutate: (nothing: undefined, then: { onSuccess: () => void }) => void
    readonly isPending: boolean
    readonly error: unknown
    readonly reset: () => void
  }
}

export function Confirm(props: ConfirmProps) {
  const { label, title, children, action, danger = false, button, disabled = false, work } = props
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button
        variant="default"
        {...button}
        disabled={disabled}
        onClick={() => {
          work.reset()
          open()
        }}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} centered>
        <Stack gap="md">
          <Text component="div" size="sm">
            {children}
          </Text>
          {work.error !== null && work.error !== undefined && <Failed error={work.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              {...(danger ? { color: 'red' } : {})}
              loading={work.isPending}
              onClick={() => work.mutate(undefined, { onSuccess: close })}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
