/**
 * Who is who among events that name somebody: identifiers that stand together in one event belong
 * to one person. A value that too many others claim (the shop's own address on every order, the
 * tablet at the counter) joins nobody. Pure, in memory and for a bounded number of events; who
 * reads them says how many that were.
 */
import {
  type Identifier,
  nameOf,
  PERSON_KEYS,
  type PersonKey,
  type Sighting,
} from './identifiers.ts'

/** A person has a private address and one of work, two phones, an account or two. */
export const OTHERS_OF_A_PERSON_MAX = 3
/** Devices, browsers on them, and cookies that were deleted. */
export const BROWSERS_OF_A_PERSON_MAX = 30
/** A family shares a computer. */
export const PEOPLE_OF_A_BROWSER_MAX = 3

/** How somebody was recognised: by what names a person, or by a browser that was theirs before. */
export type KnownBy = 'person' | 'browser'

/** What stands beside one identifier in all events. */
interface Beside {
  firstSeq: number
  /** Each with the first event that told it. */
  readonly person: { readonly [Key in PersonKey]: Map<string, number> }
  readonly browsers: Set<string>
}

export interface People {
  /** Distinct people; who left a shared value alone is none of them. */
  readonly count: number
  /** Whether an earlier event had named the person of this one. */
  knows(sighting: Sighting): KnownBy | undefined
}

export function peopleOf(sightings: Iterable<Sighting>): People {
  const graph = new Graph()
  for (const sighting of sightings) graph.add(sighting)
  return { count: graph.people(), knows: (sighting) => graph.knows(sighting) }
}

class Graph {
  readonly #people = new Map<string, Beside>()
  readonly #browsers = new Map<string, Beside>()

  add({ seq, person, browser }: Sighting): void {
    if (person.length === 0) return
    for (const one of person) {
      const beside = besideIn(this.#people, nameOf(one), seq)
      for (const other of person) if (other.key !== one.key) tell(beside, other, seq)
      for (const cookie of browser) {
        if (cookie.key === 'fbp') beside.browsers.add(cookie.value)
      }
    }
    for (const cookie of browser) {
      const beside = besideIn(this.#browsers, nameOf(cookie), seq)
      for (const one of person) tell(beside, one, seq)
    }
  }

  knows({ seq, person, browser }: Sighting): KnownBy | undefined {
    for (const one of person) {
      const beside = this.#people.get(nameOf(one))
      if (beside && beside.firstSeq < seq && !isShared(beside, one)) return 'person'
    }
    for (const cookie of browser) {
      const beside = this.#browsers.get(nameOf(cookie))
      if (!beside || beside.firstSeq >= seq || isSharedBrowser(beside)) continue
      if (!isSomebodyElse({ seq, person }, beside)) return 'browser'
    }
    return undefined
  }

  /** Groups of identifiers that stood together. */
  people(): number {
    const parents = new Map<string, string>()
    for (const [name, beside] of this.#people) {
      if (isShared(beside, { key: keyOf(name) })) continue
      if (!parents.has(name)) parents.set(name, name)
      for (const key of PERSON_KEYS) {
        for (const value of beside.person[key].keys()) {
          const other = nameOf({ key, value })
          const known = this.#people.get(other)
          if (known && !isShared(known, { key })) join(parents, name, other)
        }
      }
    }
    return [...parents].filter(([name, parent]) => name === parent).length
  }
}

const keyOf = (name: string): PersonKey => name.slice(0, name.indexOf(' ')) as PersonKey

function besideIn(all: Map<string, Beside>, name: string, seq: number): Beside {
  const known = all.get(name)
  if (known) {
    known.firstSeq = Math.min(known.firstSeq, seq)
    return known
  }
  const person = { em: new Map(), ph: new Map(), external_id: new Map() }
  const made = { firstSeq: seq, person, browsers: new Set<string>() }
  all.set(name, made)
  return made
}

function isShared({ person, browsers }: Beside, { key }: Pick<Identifier, 'key'>): boolean {
  if (browsers.size > BROWSERS_OF_A_PERSON_MAX) return true
  return PERSON_KEYS.some((one) => one !== key && person[one].size > OTHERS_OF_A_PERSON_MAX)
}

const isSharedBrowser = ({ person }: Beside): boolean =>
  PERSON_KEYS.some((key) => person[key].size > PEOPLE_OF_A_BROWSER_MAX)

/** Signed in under a name that this browser's person did not have: another one sits there. */
function isSomebodyElse(
  { seq, person }: Pick<Sighting, 'seq' | 'person'>,
  beside: Beside,
): boolean {
  return person.some(({ key }) => {
    const theirs = [...beside.person[key]].filter(([, first]) => first < seq)
    const own = person.filter((one) => one.key === key).map(({ value }) => value)
    return theirs.length > 0 && !theirs.some(([value]) => own.includes(value))
  })
}

function tell(beside: Beside, { key, value }: Identifier<PersonKey>, seq: number): void {
  const first = beside.person[key].get(value) ?? seq
  beside.person[key].set(value, Math.min(first, seq))
}

function join(parents: Map<string, string>, a: string, b: string): void {
  const [left, right] = [rootOf(parents, a), rootOf(parents, b)]
  if (left !== right) parents.set(right, left)
}

function rootOf(parents: Map<string, string>, name: string): string {
  let at = name
  for (;;) {
    const parent = parents.get(at)
    if (parent === undefined) parents.set(at, at)
    if (parent === undefined || parent === at) return at
    // Halves the way for the next one.
    parents.set(at, parents.get(parent) ?? parent)
    at = parent
  }
}
