/** What every way in does once it worked: forgets what a stranger saw, and goes to the page. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import type { SessionView } from '../../api/types.ts'
import { forgetCode, type LinkName } from './one-time-code.ts'

interface Entering<Request> {
  readonly enter: (request: Request) => Promise<SessionView>
  /** The link that is spent by it. */
  readonly link?: LinkName
  /** The page that was asked for before. */
  readonly next?: string | undefined
}

export function useEntering<Request = void>({ enter, link, next }: Entering<Request>) {
  const cache = useQueryClient()
  const router = useRouter()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: enter,
    onSuccess: async () => {
      if (link) forgetCode(link)
      cache.clear()
      if (next) router.history.push(next)
      else await navigate({ to: '/' })
    },
  })
}
