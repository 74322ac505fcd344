/**
 * Reads a template of Google Tag Manager as its editor does: sections in their order, JSON where
 * JSON stands, permissions as what they allow, scenarios of its tests. Throws, naming the section,
 * where the editor would refuse the file. A test tool.
 */
export interface TemplateFile {
  readonly info: {
    readonly type: 'TAG' | 'MACRO'
    readonly displayName: string
    readonly containerContexts: readonly ['WEB' | 'SERVER']
    readonly [key: string]: unknown
  }
  readonly parameters: readonly Parameter[]
  readonly code: string
  readonly permissions: Permissions
  readonly setup: string
  readonly scenarios: readonly { readonly name: string; readonly code: string }[]
}

export interface Parameter {
  readonly type: string
  readonly name: string
  readonly defaultValue?: unknown
  readonly subParams?: readonly Parameter[]
  readonly radioItems?: readonly { readonly value: string; readonly subParams?: Parameter[] }[]
  readonly selectItems?: readonly { readonly value: string }[]
  readonly enablingConditions?: readonly { readonly paramName: string }[]
  readonly valueValidators?: readonly { readonly type: string; readonly args?: string[] }[]
  readonly [key: string]: unknown
}

/** By the id of a permission: its parameters, as plain values. */
export type Permissions = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const NAMES = {
  WEB: [
    'TERMS_OF_SERVICE',
    'INFO',
    'TEMPLATE_PARAMETERS',
    'SANDBOXED_JS_FOR_WEB_TEMPLATE',
    'WEB_PERMISSIONS',
    'TESTS',
    'NOTES',
  ],
  SERVER: [
    'TERMS_OF_SERVICE',
    'INFO',
    'TEMPLATE_PARAMETERS',
    'SANDBOXED_JS_FOR_SERVER',
    'SERVER_PERMISSIONS',
    'TESTS',
    'NOTES',
  ],
} as const

export function readTemplate(text: string): TemplateFile {
  const parts = text.split(/^___([A-Z_]+)___$/m)
  if (parts[0]?.trim() !== '') throw new Error('something stands before the first section')
  const names = parts.filter((_, index) => index % 2 === 1)
  const texts = parts.filter((_, index) => index % 2 === 0).slice(1)
  const sections = new Map(names.map((name, index) => [name, texts[index]?.trim() ?? '']))
  const section = (name: string): string => {
    const found = sections.get(name)
    if (!found) throw new Error(`the section ${name} is missing or empty`)
    return found
  }
  const info = parsed('INFO', section('INFO')) as TemplateFile['info']
  const [context] = info.containerContexts
  const expected = NAMES[context]
  if (names.join() !== expected.join()) throw new Error(`sections are ${names.join()}`)
  return {
    info,
    parameters: parsed('TEMPLATE_PARAMETERS', section('TEMPLATE_PARAMETERS')) as Parameter[],
    code: section(expected[3]),
    permissions: readPermissions(parsed(expected[4], section(expected[4])) as PermissionNode[]),
    ...readScenarios(section('TESTS')),
  }
}

/** Parameters with all that stand inside others. */
export function everyParameter(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.flatMap((one) => [
    one,
    ...everyParameter(one.subParams ?? []),
    ...(one.radioItems ?? []).flatMap(({ subParams }) => everyParameter(subParams ?? [])),
  ])
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`the section ${name} is no JSON: ${error}`)
  }
}

interface PermissionNode {
  readonly instance: {
    readonly key: { readonly publicId: string; readonly versionId: string }
    readonly param: readonly { readonly key: string; readonly value: ValueNode }[]
  }
  readonly isRequired: boolean
}

interface ValueNode {
  readonly type: number
  readonly string?: string
  readonly boolean?: boolean
  readonly listItem?: readonly ValueNode[]
  readonly mapKey?: readonly ValueNode[]
  readonly mapValue?: readonly ValueNode[]
}

function readPermissions(nodes: readonly PermissionNode[]): Permissions {
  return Object.fromEntries(
    nodes.map(({ instance: { key, param }, isRequired }) => {
      if (key.versionId !== '1' || !isRequired) throw new Error(`${key.publicId} is malformed`)
      return [
        key.publicId,
        Object.fromEntries(param.map(({ key, value }) => [key, plainOf(value)])),
      ]
    }),
  )
}

function plainOf(node: ValueNode): unknown {
  switch (node.type) {
    case 1:
      if (typeof node.string !== 'string') throw new Error('a value of type 1 is no string')
      return node.string
    case 2:
      return node.listItem?.map(plainOf) ?? []
    case 3: {
      const values = node.mapValue?.map(plainOf) ?? []
      return Object.fromEntries(
        (node.mapKey ?? []).map((key, index) => [plainOf(key), values[index]]),
      )
    }
    case 8:
      if (typeof node.boolean !== 'boolean') throw new Error('a value of type 8 is no boolean')
      return node.boolean
    default:
      throw new Error(`a permission has a value of type ${node.type}`)
  }
}

/** The part of YAML that the editor writes: two keys, a list, block scalars. Nothing else passes. */
function readScenarios(text: string): Pick<TemplateFile, 'setup' | 'scenarios'> {
  const shape =
    /^scenarios:\n((?:- name: .*\n {2}code: \|-\n(?:(?: {4}.*)?\n)+)*)setup: \|-\n([\s\S]*)$/
  const [, list = '', setup = ''] = shape.exec(text) ?? []
  if (!list || !setup) throw new Error('the section TESTS is not in the form of the editor')
  const scenarios = [...list.matchAll(/- name: (.*)\n {2}code: \|-\n((?:(?: {4}.*)?\n)+)/g)].map(
    ([, name = '', code = '']) => ({
      name: parsed('TESTS', name) as string,
      code: code.replaceAll(/^ {4}/gm, ''),
    }),
  )
  if (/^(?! {2}|$)/m.test(setup)) throw new Error('the set-up of TESTS is not indented')
  return { scenarios, setup: setup.replaceAll(/^ {2}/gm, '') }
}
