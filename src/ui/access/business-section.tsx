/** The business itself: its name, its end. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { deleteBusiness, renameBusiness } from '../access-queries.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Section } from '../parts/section.tsx'
import { Failed } from '../parts/states.tsx'
import { sessionQuery } from '../queries.ts'
import type { OwnBusiness } from '../shell/use-business.ts'

export function BusinessSection({ business }: { business: OwnBusiness }) {
  const { business_id, name: stored, role } = business
  const [name, setName] = useState(stored)
  const cache = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => cache.invalidateQueries({ queryKey: sessionQuery.queryKey })
  const rename = useMutation({
    mutationFn: () => renameBusiness(business_id, name.trim()),
    onSuccess: refresh,
  })
  const end = useMutation({
    mutationFn: (_: undefined) => deleteBusiness(business_id),
    onSuccess: async () => {
      await navigate({ to: '/' })
      await refresh()
    },
  })
  return (
    <Section title="The business">
      <form
        onSubmit={(submit) => {
          submit.preventDefault()
          rename.mutate()
        }}
      >
        <Stack gap="sm">
          <Group align="flex-end" gap="sm">
            <TextInput
              label="Name"
              name="business-name"
              flex="1 1 220px"
              maw={420}
              maxLength={100}
              required
              value={name}
              onChange={(change) => setName(change.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              loading={rename.isPending}
              disabled={name.trim() === '' || name.trim() === stored}
            >
              Rename
            </Button>
          </Group>
          {rename.error && <Failed error={rename.error} />}
        </Stack>
      </form>
      {role === 'owner' && (
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed" flex="1 1 260px">
            A business without datasets can be ended. Its people keep their accounts.
          </Text>
          <Confirm
            label="End the business"
            title={`End ${stored}?`}
            action="End it"
            danger
            button={{ color: 'red', variant: 'light' }}
            work={end}
          >
            Its people lose it, and its invitations stop working.
          </Confirm>
        </Group>
      )}
    </Section>
  )
}
