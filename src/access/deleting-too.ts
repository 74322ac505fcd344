/** Datasets whose deletion takes along what other parts keep of them. Called by main.ts. */
import type { Access } from './access.ts'

/** What else is kept of a dataset goes with it. */
export function deletingToo(
  access: Access,
  parts: readonly { removeDataset(id: string): Promise<void> }[],
): Access {
  const deleteDataset = async (id: string): Promise<void> => {
    await access.deleteDataset(id)
    for (const part of parts) await part.removeDataset(id)
  }
  return { ...access, deleteDataset }
}
