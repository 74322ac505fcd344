/** Hands what the server found wrong with a rule to the input that it is about. */
import { createContext, type ReactNode, useContext } from 'react'

const Problems = createContext<ReadonlyMap<string, string>>(new Map())

/** `found`: by the key of a test or an action. */
export function ProblemsProvider({
  found,
  children,
}: {
  found: ReadonlyMap<string, string>
  children: ReactNode
}) {
  return <Problems.Provider value={found}>{children}</Problems.Provider>
}

export const useProblem = (key: string): string | undefined => useContext(Problems).get(key)
