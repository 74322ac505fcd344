/** Ends the session here and on the server. */
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconLogout } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { signOut } from '../queries.ts'

export function SignOut() {
  const leave = useSignOut()
  return (
    <Tooltip label="Sign out">
      <ActionIcon
        size="lg"
        variant="subtle"
        color="gray"
        aria-label="Sign out"
        loading={leave.isPending}
        onClick={() => leave.mutate()}
      >
        <IconLogout size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}

export function useSignOut() {
  const cache = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      cache.clear()
    },
  })
}
