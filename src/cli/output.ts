/**
 * What people read: tables, numbers with separators, sizes, times. Results go to stdout and
 * everything else to stderr, so that a pipe gets only results.
 */
const number = new Intl.NumberFormat('en-US')
/** Of the smallest number that a sender can mean; Intl takes 100. */
const DECIMALS_MAX = 20
const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'] as const

export function say(text: string): void {
  console.log(text)
}

/** One line of JSON: the whole result, or one of many. */
export function sayJson(value: unknown): void {
  console.log(JSON.stringify(value))
}

export function note(text: string): void {
  console.error(text)
}

export function count(n: number): string {
  return number.format(n)
}

/** "1,234.50 EUR": the places of its currency, and more where it has more; nothing is rounded. */
export function money(value: number | string, currency: string): string {
  const text = String(value)
  // What is written with an exponent has so many that they are not counted.
  const decimals = text.includes('e') ? DECIMALS_MAX : (text.split('.')[1]?.length ?? 0)
  const places = placesOf(currency)
  const options = {
    minimumFractionDigits: places,
    maximumFractionDigits: Math.max(places, decimals),
  }
  const amount = new Intl.NumberFormat('en-US', options).format(text as Intl.StringNumericLiteral)
  return `${amount} ${currency}`.trim()
}

function placesOf(currency: string): number {
  try {
    const usual = new Intl.NumberFormat('en-US', { style: 'currency', currency })
    return usual.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    // Not a code of three letters.
    return 0
  }
}

/** "1 event", "2,000 events". */
export function countOf(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}

export function size(bytes: number): string {
  const power = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${SIZES[power]}`
}

/** 2027-01-15 08:00:00, in UTC as everything the server says. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** The first row is the head. Columns named in `right` are numbers. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Text of a sender on its way to a terminal: no control characters that could steer it. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}
