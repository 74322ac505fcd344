/** Whether events may leave the page. fbq.ts sets it, send.ts obeys it. */
import { tag } from './settings.ts'

export const gate = { revoked: tag.consent === 'revoked' }

/** Consent is revoked, or the page is loaded ahead and nobody sees it yet. */
export const locked = (): boolean =>
  gate.revoked || !!(document as { prerendering?: boolean }).prerendering
