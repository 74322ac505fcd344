/** What a server may be written in, apart from the code itself: the router knows the names too. */

export const SERVER_NAMES = ['curl', 'node', 'php', 'python', 'ruby', 'java'] as const
export type ServerName = (typeof SERVER_NAMES)[number]
/** curl is what stands there unless somebody chose, so the address need not say it. */
export type ChosenServer = Exclude<ServerName, 'curl'>

export const chosenServer = (value: unknown): ChosenServer | undefined =>
  SERVER_NAMES.filter((name) => name !== 'curl').find((name) => name === value)
