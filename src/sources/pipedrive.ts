/** Pipedrive (webhooks v2): deals that reach a stage, are won. Unsigned, proven by Basic. */
import { z } from 'zod'
import { leadIdSetting, lostSetting, reached, stagesSetting, wonSetting } from './crm-stage.ts'
import { secondsOf } from './moment.ts'
import { pipedriveExamples } from './pipedrive-examples.ts'
import { KEY_IN_URL, knowsKey } from './shared-key.ts'
import { commonSettings, type Delivered, type Source, type Translation } from './source.ts'
import { at, isObject, parseExact, type Tree, textAt } from './tree.ts'

const schema = z.strictObject({
  ...commonSettings,
  stages: stagesSetting.describe('Which stage id is which event, a line each: 3 = QualifiedLead.'),
  won: wonSetting,
  lost: lostSetting,
  lead_id_field: leadIdSetting.describe(
    'Key of the deal field (40 characters) that holds the lead id of Meta’s lead forms.',
  ),
})

type Settings = z.infer<typeof schema>

export const pipedrive: Source<Settings> = {
  name: 'pipedrive',
  title: 'Pipedrive',
  about: 'Deals that reach a stage or are won. Pipedrive names the person by its id only.',
  schema,
  secret: KEY_IN_URL,
  setup: [
    'In Pipedrive, open Tools and apps, Webhooks, Create new webhook (version 2).',
    'Event: change, deal. Endpoint, with the key at its end: {url}',
    'Say in the settings here which stage is which event.',
    'The deal names its person by the id only: send the same id as external_id from your forms, so that the two meet.',
  ],
  headers: [],
  verify: knowsKey,
  identify: ({ body }) => {
    const tree = parseExact(body.toString('utf8'))
    const [id, time] = [textAt(tree, 'meta.entity_id'), textAt(tree, 'meta.timestamp')]
    const topic = `${textAt(tree, 'meta.action') ?? ''} ${textAt(tree, 'meta.entity') ?? ''}`.trim()
    return { topic, ...(id && time ? { key: `${topic} ${id} ${time}` } : {}) }
  },
  translate,
  examples: pipedriveExamples,
}

function translate(delivered: Delivered, settings: Settings): Translation {
  const body = parseExact(delivered.text)
  const deal = at(body, 'data')
  if (!isObject(body) || !at(body, 'meta')) {
    return { failed: 'unreadable', detail: 'meta and data: no webhook of version 2.' }
  }
  if (textAt(body, 'meta.entity') !== 'deal' || !isObject(deal)) {
    return { ignored: 'topic_not_used' }
  }
  const id = textAt(deal, 'id')
  if (!id) return { failed: 'incomplete', detail: 'data.id is missing.' }
  const reachedBy = stageIn(deal, settings)
  if (!reachedBy.name) return { ignored: 'not_mapped' }
  const { name, time } = reachedBy
  const at_s = secondsOf(time) ?? Math.floor(delivered.receivedMs / 1000)
  const person = { externalIds: [textAt(deal, 'person_id.value', 'person_id')] }
  const money = { value: textAt(deal, 'value'), currency: textAt(deal, 'currency') }
  const order = `${settings.order_prefix}${id}`
  const field = settings.lead_id_field
  const leadId = field && textAt(deal, `custom_fields.${field}.value`, `custom_fields.${field}`)
  const fact = reached({ name, crm: 'Pipedrive', id: order, at_s, person, leadId, ...money })
  return { facts: [fact] }
}

/** A deal that ended keeps its stage: won or lost says more. */
function stageIn(deal: Tree, settings: Settings): { name?: string; time: string | undefined } {
  const status = textAt(deal, 'status')
  const stage = textAt(deal, 'stage_id') ?? ''
  const { won, lost, stages } = settings
  if (status === 'won') return { name: won, time: textAt(deal, 'won_time', 'update_time') }
  if (status === 'lost') return { name: lost, time: textAt(deal, 'lost_time', 'update_time') }
  const time = textAt(deal, 'stage_change_time', 'update_time')
  return Object.hasOwn(stages, stage) ? { name: stages[stage] ?? '', time } : { time }
}
