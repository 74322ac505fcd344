/**
 * Which events are of one person, starting from one or a few values that name them: what stands
 * beside these in an event is theirs, and so is what a browser of theirs did before it was known
 * whose it was. A value that too many others claim leads to nobody, and a browser on which somebody
 * else was named tells nothing without a name. Pure and bounded by what it is given; the API reads
 * the events.
 */
import type { UserData } from '../event/shape.ts'
import { type Identifier, nameOf, PERSON_KEYS, type Sighting, sightingOf } from './identifiers.ts'
import { BROWSERS_OF_A_PERSON_MAX, OTHERS_OF_A_PERSON_MAX } from './people.ts'

/** One event with the user_data of all its reports. */
export interface NamedEvent {
  readonly seq: number
  readonly reports: readonly UserData[]
}

export interface PersonScope {
  /** Values that were asked for. */
  readonly asked: ReadonlySet<string>
  /** Names (`em <hash>`) of identifiers that are theirs. */
  readonly person: ReadonlySet<string>
  /** Cookies of their browsers. */
  readonly browsers: ReadonlySet<string>
}

/** `events`: those that carry a value asked for. */
export function personScope(asked: readonly string[], events: readonly NamedEvent[]): PersonScope {
  const wanted = new Set(asked)
  const person = new Set<string>()
  const cookies = new Set<string>()
  for (const event of events) {
    for (const one of sightingIn(event).person) person.add(nameOf(one))
    for (const cookie of cookiesIn(event)) cookies.add(cookie)
  }
  for (const key of PERSON_KEYS) {
    const own = [...person].filter((name) => name.startsWith(`${key} `))
    const others = own.filter((name) => !wanted.has(name.slice(key.length + 1)))
    if (others.length > OTHERS_OF_A_PERSON_MAX) for (const name of others) person.delete(name)
  }
  const browsers = cookies.size > BROWSERS_OF_A_PERSON_MAX ? new Set<string>() : cookies
  return { asked: wanted, person, browsers }
}

/** To look for all of it; those asked for come first. */
export const valuesOf = ({ asked, person, browsers }: PersonScope): string[] => [
  ...new Set([...asked, ...[...person].map((name) => name.split(' ')[1] ?? ''), ...browsers]),
]

/** Of events that carry any of these values, those that are theirs. */
export function eventsOfPerson<Event extends NamedEvent>(
  events: readonly Event[],
  scope: PersonScope,
): Event[] {
  const isOwn = (one: Identifier): boolean =>
    scope.person.has(nameOf(one)) || scope.asked.has(one.value)
  const foreign = new Set<string>()
  for (const event of events) {
    const { person } = sightingIn(event)
    if (person.length === 0 || person.some(isOwn)) continue
    for (const cookie of cookiesIn(event)) foreign.add(cookie)
  }
  return events.filter((event) => {
    const { person } = sightingIn(event)
    if (person.length > 0) return person.some(isOwn)
    const cookies = cookiesIn(event)
    if (cookies.some((cookie) => scope.asked.has(cookie))) return true
    return cookies.some((cookie) => scope.browsers.has(cookie) && !foreign.has(cookie))
  })
}

const sightingIn = ({ seq, reports }: NamedEvent): Sighting => sightingOf(seq, reports)

/** As they were sent: by that they are found again. */
const cookiesIn = ({ reports }: NamedEvent): string[] =>
  reports.flatMap(({ fbp }) => (fbp === undefined ? [] : [fbp]))
