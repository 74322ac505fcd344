/** The last results of a pure function by its text: consent strings repeat from hit to hit. */

/** Forgets what was asked for longest ago once there are more than `entriesMax`. */
export function remembered<T>(make: (text: string) => T, entriesMax: number): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text) ?? make(text)
    known.delete(text)
    known.set(text, found)
    if (known.size > entriesMax) known.delete(known.keys().next().value as string)
    return found
  }
}
