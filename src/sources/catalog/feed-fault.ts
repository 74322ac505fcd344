/** Why a feed cannot be read any further. Thrown by its readers, told by catalog-import.ts. */

export class FeedFault extends Error {
  /** As an editor counts lines; 0: it is about the file as a whole. */
  readonly line: number
  readonly column: string

  constructor(line: number, message: string, column = '') {
    super(message)
    this.line = line
    this.column = column
  }
}
