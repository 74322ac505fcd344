/**
 * The port for whoever keeps events over a crash of the program: the file spool of this package, or
 * a store of the user's own. Types only. Events in it are hashed; the server counts an event_id
 * once, so that one which is brought back too often does no harm.
 */

export interface SpooledEvent {
  /** Names it among all that are kept. */
  readonly key: string
  readonly eventId: string
  /** JSON of the event as it is sent. */
  readonly text: string
  readonly queuedAtMs: number
  readonly testEventCode?: string
  /** Whose it is: a client takes back only what is its dataset's own. */
  readonly dataset?: string
}

export interface SpoolChange {
  /** To be kept until they are named in `done`. */
  readonly added: readonly SpooledEvent[]
  /** Keys of events that arrived, or that nobody will try again. */
  readonly done: readonly string[]
}

export interface Spool {
  /**
   * What earlier programs left behind, oldest first. Asked once, before anything is saved or sent.
   * Events of other datasets than this one are left where they are.
   */
  load(dataset: string): Promise<readonly SpooledEvent[]>
  /**
   * Called from within track(): what it has written when it returns survives the end of the
   * program at any moment. Throws, or rejects, when it cannot.
   */
  save(change: SpoolChange): void | Promise<void>
  /** The client is closed: what is kept is for whoever comes next. Must not throw. */
  close?(): void
}
