/**
 * How long a file may take to arrive: as long as it needs, but it must not stand still. Other
 * requests are bounded as a whole. The route of a file says so; http-app.ts asks. The socket itself
 * remembers, and closes itself when nothing moves.
 */
import type { Socket } from 'node:net'
import { UPLOAD_IDLE_MS } from './order-limits.ts'

export function letUploadTakeLong(socket: Socket): void {
  socket.setTimeout(UPLOAD_IDLE_MS)
}

export const mayUploadTakeLong = (socket: Socket): boolean => socket.timeout === UPLOAD_IDLE_MS
