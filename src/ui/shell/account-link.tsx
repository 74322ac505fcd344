/** Who is signed in, and the way to their account; nothing for the holder of a token. */
import { Avatar, Tooltip, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { sessionQuery } from '../queries.ts'

export function AccountLink() {
  const { data: session } = useQuery(sessionQuery)
  if (!session?.person) return null
  const { name } = session.person
  return (
    <Tooltip label={`My account: ${name}`}>
      <UnstyledButton component={Link} to="/account" aria-label={`My account: ${name}`}>
        <Avatar name={name} size={30} radius="xl" color="initials" />
      </UnstyledButton>
    </Tooltip>
  )
}
