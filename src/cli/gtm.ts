/**
 * `twofold gtm web|server|event-id`: templates for Google Tag Manager, made for a dataset. The
 * server is asked, unless the command names both the dataset and the server's address: then they
 * are made here, and nobody is asked.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { IntegrationsAnswer, StatusAnswer } from '../api/types.ts'
import { openIntegrations } from '../integrations.ts'
import { packageRoot } from '../package-root.ts'
import {
  clientOf,
  DATASET_ABOUT,
  DATASET_FLAGS,
  type DatasetOptions,
  datasetIdOf,
  declareClient,
} from './command.ts'
import { CliError, EXIT, systemCode, wrongUsage } from './exit.ts'
import { note, say, sayJson } from './output.ts'

interface Flags extends DatasetOptions {
  readonly out?: string
  readonly force?: true
}

/** What is known of the templates, wherever it comes from. */
interface Made {
  readonly origin: string
  /** What to do where that is no address that Tag Manager loads from. */
  readonly fix: string
  readonly datasetId: string
  readonly title: string
  readonly about: string
  readonly steps: readonly string[]
  readonly warning?: string | null
  readonly files: readonly {
    readonly label: string
    readonly name: string
    readonly text: string
  }[]
}

const GTM = 'gtm'

export function addGtm(program: Command): void {
  declareClient(program, 'gtm [template]', {
    description:
      'Templates for Google Tag Manager: web, server and event-id. Without one: what to do with them.',
    examples: [
      'twofold gtm',
      'twofold gtm web --out twofold-web.tpl',
      'twofold gtm server --dataset 1234567890 --url https://events.example.com --out server.tpl',
      'twofold gtm event-id > twofold-event-id.tpl',
    ],
  })
    .option(DATASET_FLAGS, `${DATASET_ABOUT}; with --url, no server is asked`)
    .option('-o, --out <file>', 'where to; else the template is printed')
    .option('--force', 'replace the file if it exists')
    .action(async (template: string | undefined, flags: Flags) => {
      if (template === undefined && flags.out !== undefined) {
        throw wrongUsage('Which template is to be written?', 'twofold gtm web --out FILE')
      }
      const made = await (flags.dataset && flags.url
        ? madeHere(flags.dataset, flags.url)
        : asked(flags))
      if (template === undefined) tell(made, flags)
      else hand(made, template, flags)
    })
}

/** From the server, which knows its own address and whether there is such a dataset. */
async function asked(flags: Flags): Promise<Made> {
  const client = clientOf(flags)
  const datasetId = await datasetIdOf(client, flags)
  const [{ integrations }, { public_url }] = await Promise.all([
    client.json<IntegrationsAnswer>('GET', `/api/datasets/${datasetId}/integrations`),
    client.json<StatusAnswer>('GET', '/api/status'),
  ])
  const found = integrations.find(({ name }) => name === GTM)
  if (!found) {
    throw wrongUsage(
      'The server has no templates for Tag Manager: it is older than this command.',
      'Make them here: name both --dataset and --url.',
    )
  }
  const fix = 'Start it with TWOFOLD_PUBLIC_URL=https://...'
  return { ...found, origin: originOf(public_url ?? client.url), fix, datasetId }
}

function madeHere(datasetId: string, url: string): Made {
  if (!/^[1-9]\d{0,30}$/.test(datasetId)) {
    throw wrongUsage(
      `"${datasetId}" is no dataset id: those are digits.`,
      'See: twofold dataset list',
    )
  }
  const origin = originOf(url)
  const fix = 'Give the address that pages reach it at: https://events.example.com'
  const place = { origin, datasetId, connections: [] }
  const found = openIntegrations(join(packageRoot, 'integrations'))
    .list(place)
    .find(({ name }) => name === GTM)
  if (!found) throw new Error('The package has no templates for Tag Manager.')
  return { ...found, origin, fix, datasetId }
}

const originOf = (address: string): string => URL.parse(address)?.origin ?? address

/** The steps may be read anywhere, and warn; a template for such an address would never work. */
function mustBeSecure({ origin, fix }: Made): void {
  if (origin.startsWith('https:')) return
  throw wrongUsage(
    `The server's address is ${origin}, and Tag Manager loads from https addresses only.`,
    `${fix}; or name both: --dataset ID --url https://events.example.com`,
  )
}

function tell({ title, about, steps, warning, ...made }: Made, { json }: Flags): void {
  const files = made.files.map(({ label, name }) => ({ label, name }))
  if (json) {
    const { origin, datasetId } = made
    sayJson({ url: origin, dataset_id: datasetId, steps, warning: warning ?? null, files })
    return
  }
  const numbered = steps.map((step, index) => `${index + 1}. ${step}`).join('\n')
  const commands = made.files
    .map(({ label, name }) => `  twofold gtm ${templateOf(name)} --out ${name}   (${label})`)
    .join('\n')
  const parts = [`${title}. ${about}`, numbered, ...(warning ? [`Mind: ${warning}`] : []), commands]
  say(parts.join('\n\n'))
}

function hand(made: Made, template: string, { out, force, json }: Flags): void {
  mustBeSecure(made)
  const found = made.files.find(({ name }) => templateOf(name) === template)
  if (!found) {
    const names = made.files.map(({ name }) => templateOf(name)).join(', ')
    throw wrongUsage(`There is no template named ${template}.`, `There are: ${names}.`)
  }
  const about = { template, url: made.origin, dataset_id: made.datasetId }
  if (out === undefined) {
    if (json) sayJson({ ...about, text: found.text })
    else say(found.text.trimEnd())
    return
  }
  write(out, found.text, force ?? false)
  if (json) sayJson({ ...about, file: out })
  else note(`Saved the template to ${out}, for ${made.origin} and dataset ${made.datasetId}.`)
}

function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EEXIST')
      throw wrongUsage(`${file} exists already.`, 'Give another name, or --force.')
    throw new CliError(EXIT.failed, 'export_failed', {
      message: `The template was not written to ${file} (${code ?? String(error)}).`,
      fix: 'Look whether the folder is there, may be written and has room.',
    })
  }
}

/** twofold-web.tpl -> web */
const templateOf = (file: string): string => file.replace(/^twofold-|\.tpl$/g, '')
