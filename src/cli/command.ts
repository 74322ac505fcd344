/**
 * What the commands share: how they are declared (--json, --help with examples, --url) and how they
 * find the dataset they are about.
 */
import type { Command } from 'commander'
import type { DatasetsAnswer, DatasetView } from '../api/types.ts'
import { CLIENT_OPTIONS, readClientConfig } from '../config.ts'
import { type Client, createClient } from './client.ts'
import { wrongUsage } from './exit.ts'
import { table } from './output.ts'

interface Texts {
  readonly description: string
  /** Whole command lines. */
  readonly examples: readonly string[]
}

/** `declaration` as commander takes it: "show <id>". */
export function declare(parent: Command, declaration: string, texts: Texts): Command {
  const examples = texts.examples.map((line) => `  $ ${line}`).join('\n')
  return parent
    .command(declaration)
    .description(texts.description)
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', `\nExamples:\n${examples}`)
}

/** A command that talks to a server. */
export function declareClient(parent: Command, declaration: string, texts: Texts): Command {
  const { url } = CLIENT_OPTIONS
  const about = `address of the server (else ${url.variable}, else ${url.default})`
  return declare(parent, declaration, texts).option('--url <url>', about)
}

export interface ClientOptions {
  readonly url?: string
  readonly json?: true
}

export function clientOf({ url }: ClientOptions): Client {
  return createClient(readClientConfig({ url }))
}

export const DATASET_FLAGS = '-d, --dataset <id>'
export const DATASET_ABOUT = 'the dataset; may be left out while there is only one'

export interface DatasetOptions extends ClientOptions {
  readonly dataset?: string
}

/** The dataset named, or the only one there is. */
export async function datasetIdOf(client: Client, { dataset }: DatasetOptions): Promise<string> {
  if (dataset !== undefined) return pathPart(dataset)
  const { datasets } = await client.json<DatasetsAnswer>('GET', '/api/datasets')
  const [only, second] = datasets
  if (only && !second) return only.dataset_id
  if (!only) {
    throw wrongUsage('There is no dataset yet.', 'Create one: twofold dataset create --name NAME')
  }
  throw wrongUsage('There are several datasets: name one with --dataset.', listOf(datasets))
}

export function listOf(datasets: readonly DatasetView[]): string {
  return table(datasets.map(({ dataset_id, name }) => [dataset_id, name]))
}

export function pathPart(text: string): string {
  return encodeURIComponent(text)
}
