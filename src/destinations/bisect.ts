/**
 * Finds the bad items of a batch that is taken or refused as a whole, with few questions: one bad
 * item in 1000 costs at most 12 more than the first. Knows nothing of HTTP or of any destination.
 *
 * A refused group is halved and one half is asked about. Taken: the other half holds the bad item.
 * Refused: the other half is unknown and waits, with all else unknown, to be asked about at once.
 * No item is called bad unless the answer said so for certain or it was refused alone, so a refusal
 * by mistake costs a question, never an item. One exception keeps the bound: see `isAllThatIsLeft`.
 * Every item is part of at most one question that is answered with `taken`.
 */

export type GroupAnswer<Refusal> =
  /** Kept, except for those named in `but` (positions in the group). */
  | { readonly kind: 'taken'; readonly but?: readonly Refused<number, Refusal>[] }
  /** Nothing was kept, for at least one bad item. `named`: where the answer says it is. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly named?: number | undefined }
  /** Nothing was kept; these are bad for certain, and of the others nothing is known. */
  | { readonly kind: 'told'; readonly bad: readonly Refused<number, Refusal>[] }
  /** Nothing was kept, and no item need be bad: the group is too large. */
  | { readonly kind: 'too_large'; readonly refusal: Refusal }
  /** Nothing is known of these items, and asking on is pointless. */
  | { readonly kind: 'stopped' }

export interface Refused<Item, Refusal> {
  readonly item: Item
  readonly refusal: Refusal
}

export interface Bisected<Item, Refusal> {
  readonly taken: readonly Item[]
  readonly refused: readonly Refused<Item, Refusal>[]
  /** Undecided: stopped, or no question left. In no particular order. */
  readonly rest: readonly Item[]
}

interface Search<Item, Refusal> {
  readonly ask: (group: readonly Item[]) => Promise<GroupAnswer<Refusal>>
  readonly taken: Item[]
  readonly refused: Refused<Item, Refusal>[]
  unknown: Item[]
  questionsLeft: number
  groupMax: number
  /** Positions named in answers are believed until one proves wrong. */
  namesHold: boolean
}

/** What finding one bad item in 1000 may cost beside the first question, whatever names say. */
export const QUESTIONS_PER_BAD_MAX = 12

/** Groups get this much smaller with each bad item found, twice as large with each one taken. */
const SHRINK = 4

export async function bisect<Item, Refusal>(
  items: readonly Item[],
  ask: (group: readonly Item[]) => Promise<GroupAnswer<Refusal>>,
  questionsMax: number,
): Promise<Bisected<Item, Refusal>> {
  const search: Search<Item, Refusal> = {
    ask,
    taken: [],
    refused: [],
    unknown: [...items],
    questionsLeft: questionsMax,
    // So large that what is left after the first bad item still goes in one question.
    groupMax: SHRINK * items.length,
    namesHold: true,
  }
  while (search.unknown.length > 0) {
    const group = search.unknown.splice(0, search.groupMax)
    const answer = await question(search, group)
    if (answer.kind === 'stopped') break
    if (answer.kind === 'taken') search.groupMax *= 2
    else if (answer.kind === 'told') continue
    else if (answer.kind === 'too_large' && group.length > 1) {
      search.unknown.unshift(...group)
      search.groupMax = Math.ceil(group.length / 2)
    } else if (!(await findBad(search, group, answer))) break
  }
  return { taken: search.taken, refused: search.refused, rest: search.unknown }
}

type Answered<Refusal> = Extract<GroupAnswer<Refusal>, { kind: 'refused' | 'too_large' }>

/** Asks, books what is decided by the answer, and puts back what is not. */
async function question<Item, Refusal>(
  search: Search<Item, Refusal>,
  group: readonly Item[],
): Promise<GroupAnswer<Refusal>> {
  const answer: GroupAnswer<Refusal> =
    search.questionsLeft > 0 ? await search.ask(group) : { kind: 'stopped' }
  search.questionsLeft -= 1
  if (answer.kind === 'stopped') search.unknown.unshift(...group)
  if (answer.kind !== 'taken' && answer.kind !== 'told') return answer
  const named = answer.kind === 'told' ? answer.bad : (answer.but ?? [])
  const bad = new Set(named.map(({ item }) => item))
  const others = group.filter((_, position) => !bad.has(position))
  if (answer.kind === 'taken') search.taken.push(...others)
  else search.unknown.unshift(...others)
  for (const { item: position, refusal } of named) {
    search.refused.push({ item: group[position] as Item, refusal })
  }
  return answer
}

/** Finds one bad item of a refused group (items are distinct). False when stopped. */
async function findBad<Item, Refusal>(
  search: Search<Item, Refusal>,
  group: readonly Item[],
  answer: Answered<Refusal>,
): Promise<boolean> {
  let suspects = group
  let last = { group, answer }
  let wasNamed = false
  let wasMisled = false
  for (let asked = 0; last.group.length > 1; asked += 1) {
    if (wasMisled && isAllThatIsLeft(suspects, asked)) break
    const named = search.namesHold ? namedIn(last, suspects) : undefined
    const half = Math.ceil(suspects.length / 2)
    const tried = named === undefined ? suspects.slice(0, half) : [named]
    const others =
      named === undefined ? suspects.slice(half) : suspects.filter((item) => item !== named)
    const next = await question(search, tried)
    if (next.kind === 'stopped' || next.kind === 'told') {
      search.unknown.unshift(...others)
      return next.kind === 'told'
    }
    if (next.kind === 'taken') {
      if (named !== undefined) {
        search.namesHold = false
        wasMisled = true
      }
      // The last one, alone and taken after all: the refusal was a mistake.
      if (others.length === 0) return true
      suspects = others
    } else {
      search.unknown.unshift(...others)
      suspects = tried
      last = { group: tried, answer: next }
      wasNamed = named !== undefined
    }
  }
  for (const item of suspects) search.refused.push({ item, refusal: last.answer.refusal })
  // Many bad ones: smaller groups are more often free of them. Names find them without that.
  if (!wasNamed) search.groupMax = Math.max(1, Math.floor(search.groupMax / SHRINK))
  return true
}

/**
 * A wrong name has cost a question. Where that would break the bound, the last suspect is not asked
 * about alone: all others of a refused group were taken. (One question goes to what is unknown.)
 */
function isAllThatIsLeft(suspects: readonly unknown[], asked: number): boolean {
  return suspects.length === 1 && asked + 2 > QUESTIONS_PER_BAD_MAX
}

/** The item at the position that the refusal names, if it is still under suspicion. */
function namedIn<Item, Refusal>(
  last: { readonly group: readonly Item[]; readonly answer: Answered<Refusal> },
  suspects: readonly Item[],
): Item | undefined {
  if (last.answer.kind !== 'refused' || last.answer.named === undefined) return undefined
  const item = last.group[last.answer.named]
  return item !== undefined && suspects.includes(item) ? item : undefined
}
