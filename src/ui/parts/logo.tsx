import { CHANNEL_COLORS } from '../channel-colors.ts'

/** Two reports that overlap, and the one event they share. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="2 6 28 20" width={(size * 28) / 20} height={size} aria-hidden="true">
      <circle cx="12" cy="16" r="9" fill={CHANNEL_COLORS.browser} />
      <circle cx="20" cy="16" r="9" fill={CHANNEL_COLORS.server} />
      <path d="M16 7.94a9 9 0 0 1 0 16.12 9 9 0 0 1 0-16.12z" fill={CHANNEL_COLORS.both} />
    </svg>
  )
}
