/** A progress bar on stderr, only where a person watches: nothing in logs and pipes. */
const WIDTH = 24
const REDRAW_MS = 100

export interface Progress {
  /** `text` says it in units, such as "12.0 MB of 30.1 MB". */
  readonly show: (done: number, text: string) => void
  /** Clears the line. */
  readonly end: () => void
}

/** Without a total it only says how far it is. */
export function startProgress(label: string, total: number | undefined): Progress {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => {}, end: () => {} }
  let drawnMs = 0
  return {
    show: (done, text) => {
      if (Date.now() - drawnMs < REDRAW_MS) return
      drawnMs = Date.now()
      stderr.write(`\r\x1b[K${label} ${bar(done, total)}${text}`)
    },
    end: () => {
      stderr.write('\r\x1b[K')
    },
  }
}

function bar(done: number, total: number | undefined): string {
  if (!total) return ''
  const share = Math.min(1, done / total)
  const full = Math.round(share * WIDTH)
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${percent}  `
}
