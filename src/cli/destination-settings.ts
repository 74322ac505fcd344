/**
 * `--set name=value` as settings of a destination, by the JSON Schema of its type; and that schema
 * in words. Pure but for the reading of files, which is passed in: a token in a file leaves no
 * trace in the shell's history.
 */
import type { DestinationTypeView } from '../api/types.ts'
import { wrongUsage } from './exit.ts'
import { table } from './output.ts'

interface Property {
  readonly type?: string
  readonly description?: string
  readonly secret?: boolean
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Property[]
}

export function settingsOf(
  type: DestinationTypeView,
  pairs: readonly string[],
  readFile: (file: string) => string,
): Record<string, unknown> {
  const properties = propertiesOf(type)
  const settings: Record<string, unknown> = {}
  for (const pair of pairs) {
    const [, name = '', given = ''] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? []
    const property = properties[name]
    if (!property) {
      const known = Object.keys(properties).join(', ')
      throw wrongUsage(`${type.title} has no setting "${name || pair}".`, `Known are: ${known}.`)
    }
    const text = given.startsWith('@') ? readFile(given.slice(1)).trim() : given
    settings[name] = settingOf(name, bare(property), text)
  }
  return settings
}

/** A table: name, what it takes, what it is. */
export function settingWords(type: DestinationTypeView): string {
  const { required = [] } = type.schema as { required?: readonly string[] }
  const rows = Object.entries(propertiesOf(type)).map(([name, property]) => [
    `${name}${required.includes(name) ? ' *' : ''}`,
    property.secret ? 'secret' : kindOf(bare(property)),
    property.default === undefined || property.default === null
      ? ''
      : JSON.stringify(property.default),
    property.description ?? '',
  ])
  return `${table([['setting', 'takes', 'default', ''], ...rows])}\n\n* needed`
}

function propertiesOf({ schema }: DestinationTypeView): Record<string, Property> {
  return (schema.properties ?? {}) as Record<string, Property>
}

const bare = (property: Property): Property =>
  property.anyOf?.find(({ type }) => type !== 'null') ?? property

function settingOf(name: string, { type, enum: choices }: Property, text: string): unknown {
  if (text === 'none' && !choices?.includes(text)) return null
  switch (type) {
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true'
      throw wrongUsage(`${name} is true or false, not "${text}".`)
    case 'integer':
    case 'number':
      return Number(text)
    case 'array':
      return text.split(',').filter((part) => part.trim() !== '')
    case 'object':
      return mapOf(name, text)
    default:
      return text
  }
}

/** Purchase:17,Lead:18 or JSON. */
function mapOf(name: string, text: string): unknown {
  if (text.startsWith('{')) return JSON.parse(text)
  const pairs = text.split(',').map((pair) => {
    const [, key, value] = /^([^:]+):(.+)$/.exec(pair.trim()) ?? []
    if (key === undefined) throw wrongUsage(`${name} takes pairs such as Purchase:17,Lead:18.`)
    return [key.trim(), value?.trim()]
  })
  return Object.fromEntries(pairs)
}

function kindOf({ type, enum: choices }: Property): string {
  if (choices) return choices.join('|')
  const kinds: Record<string, string> = {
    boolean: 'true|false',
    integer: 'number',
    array: 'a,b,...',
    object: 'A:1,B:2',
  }
  return kinds[type ?? ''] ?? 'text'
}
