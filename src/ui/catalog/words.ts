/** What became of a feed, in words. */
import type { CatalogImportAnswer } from '../../api/types.ts'

const RESULTS: Readonly<Record<CatalogImportAnswer['result'], string>> = {
  taken: 'Taken: it is the catalog now',
  tried: 'Tried: nothing was changed',
  unchanged: 'Unchanged since the last fetch',
  broken: 'Not taken: it could not be read to its end',
  empty: 'Not taken: there is no good row in it',
  shrunk: 'Not taken: more than half of the products are gone',
  failed: 'Not taken: it could not be fetched',
}

export const resultWords = ({ result, before }: CatalogImportAnswer): string => {
  const stands = before > 0 && ['broken', 'empty', 'shrunk', 'failed'].includes(result)
  return `${RESULTS[result]}${stands ? '. The former catalog stands' : ''}`
}
