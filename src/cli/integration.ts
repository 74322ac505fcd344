/**
 * `twofold integration list|show|save`: the snippets and plugins for shops, filled in for a dataset
 * by the server that they will report to.
 */
import type { Command } from 'commander'
import type { IntegrationsAnswer, IntegrationView } from '../api/types.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
  pathPart,
} from './command.ts'
import { download } from './download.ts'
import { wrongUsage } from './exit.ts'
import { say, sayJson, table } from './output.ts'

interface Flags extends DatasetOptions {
  readonly file?: string
  readonly output?: string
  readonly force?: true
}

export function addIntegration(program: Command): void {
  const integration = program
    .command('integration')
    .description('Snippets and plugins for Shopify, WordPress and others, filled in for a dataset.')
  declareOne(integration, 'list', 'List what there is.', ['list']).action(async (flags: Flags) => {
    const { all } = await loaded(flags)
    if (flags.json) sayJson({ integrations: all })
    else say(table(all.map(({ name, title, about }) => [name, title, about])))
  })
  declareOne(integration, 'show <name>', 'Say what to do there, and print what to paste.', [
    'show shopify',
    'show shopify --file theme-snippet.liquid > snippet.liquid',
  ])
    .option('--file <file>', 'print this file and nothing else')
    .action(async (name: string, flags: Flags) => {
      const found = namedOf((await loaded(flags)).all, name)
      if (flags.json) sayJson(found)
      else say(flags.file === undefined ? wordsOf(found) : textOf(found, flags.file))
    })
  declareOne(integration, 'save <name>', 'Save it as the zip file that is uploaded there.', [
    'save wordpress --output twofold.zip',
  ])
    .option('--output <file>', 'where to; else its own name in this folder')
    .option('--force', 'replace the file if it exists')
    .action(async (name: string, flags: Flags) => {
      const { all, client, path } = await loaded(flags)
      const { archive, title } = namedOf(all, name)
      if (archive === null) {
        throw wrongUsage(`${title} has no zip file.`, `Print it: twofold integration show ${name}`)
      }
      const output = flags.output ?? archive
      const { force = false, json = false } = flags
      await download({ what: `the integration of ${title}`, output, force, json }, () =>
        client.open(`${path}/${pathPart(name)}/archive`),
      )
    })
}

function declareOne(
  parent: Command,
  declaration: string,
  description: string,
  lines: readonly string[],
): Command {
  const examples = lines.map((line) => `twofold integration ${line}`)
  return declareClient(parent, declaration, { description, examples }).option(
    DATASET_FLAGS,
    DATASET_ABOUT,
  )
}

async function loaded(flags: Flags) {
  const client = clientOf(flags)
  const path = `/api/datasets/${await datasetIdOf(client, flags)}/integrations`
  const { integrations } = await client.json<IntegrationsAnswer>('GET', path)
  return { client, path, all: integrations }
}

function namedOf(all: readonly IntegrationView[], name: string): IntegrationView {
  const found = all.find((one) => one.name === name)
  if (found) return found
  const names = all.map((one) => one.name).join(', ')
  throw wrongUsage(`There is no integration named ${name}.`, `There are: ${names}.`)
}

function wordsOf({ name, title, about, steps, warning, files, archive }: IntegrationView): string {
  const numbered = steps.map((step, index) => `${index + 1}. ${step}`)
  return [
    `${title}. ${about}`,
    numbered.join('\n'),
    ...(warning === null ? [] : [`Mind: ${warning}`]),
    ...files.map((file) => `--- ${file.label} (${file.name})\n${file.text.trim()}`),
    ...(archive === null ? [] : [`As a zip file: twofold integration save ${name} (${archive})`]),
  ].join('\n\n')
}

function textOf({ files }: IntegrationView, file: string): string {
  const found = files.find(({ name }) => name === file)
  if (found) return found.text.trimEnd()
  const names = files.map(({ name }) => name).join(', ')
  throw wrongUsage(`It has no file named ${file}.`, `It has: ${names}.`)
}
