/** Makes the demo shop where there is none yet, and opens it in a tab of its own. */
import { Button, type ButtonProps, Stack, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiError } from '../api-client.ts'
import { datasetsQuery, openDemo } from '../queries.ts'

export function OpenDemo(props: ButtonProps) {
  const cache = useQueryClient()
  const demo = useMutation({
    mutationFn: async () => {
      // Opened inside the click, or the browser takes it for a pop-up; its address comes later.
      const tab = window.open('', '_blank')
      try {
        const { url } = await openDemo()
        if (tab) tab.location.href = url
        else window.location.href = url
      } catch (error) {
        tab?.close()
        throw error
      }
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: datasetsQuery.queryKey }),
  })
  return (
    <Stack gap={4} {...(props.mt === undefined ? {} : { mt: props.mt })}>
      <Button
        {...props}
        mt={0}
        loading={demo.isPending}
        onClick={() => demo.mutate()}
        rightSection={<IconExternalLink size={16} aria-label="(opens in a new tab)" />}
      >
        Open the demo shop
      </Button>
      {demo.error && (
        <Text size="sm" c="red" role="alert">
          {demo.error.message} {demo.error instanceof ApiError ? demo.error.fix : ''}
        </Text>
      )}
    </Stack>
  )
}
