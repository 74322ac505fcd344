/**
 * What the sandbox of Google Tag Manager would refuse in a piece of code: its language is ES5 with
 * const, let and arrow functions; no globals, no `new`, no `this`, no regular expressions, and the
 * methods of its standard library only. A test tool; stricter than the sandbox where it is unclear.
 */
import { type AnyNode, parse } from 'acorn'

export interface CodeReading {
  /** What is wrong, with the line; empty where nothing is. */
  readonly refused: readonly string[]
  /** Names of the APIs that are required. */
  readonly required: readonly string[]
  /** Names of the fields that are read of `data`. */
  readonly fields: readonly string[]
}

const STATEMENTS = new Set(
  (
    'Program FunctionDeclaration FunctionExpression ArrowFunctionExpression VariableDeclaration ' +
    'VariableDeclarator ReturnStatement IfStatement ForStatement ForInStatement WhileStatement ' +
    'DoWhileStatement BreakStatement ContinueStatement SwitchStatement SwitchCase BlockStatement ' +
    'ExpressionStatement EmptyStatement Identifier Literal ArrayExpression ObjectExpression ' +
    'Property MemberExpression CallExpression BinaryExpression LogicalExpression UnaryExpression ' +
    'UpdateExpression AssignmentExpression ConditionalExpression'
  ).split(' '),
)
const OPERATORS = new Set(
  '+ - * / % == != === !== < <= > >= & | ^ << >> >>> && || ! ~ typeof void ++ -- = += -= *= /= %='.split(
    ' ',
  ),
)
/** Of strings, arrays, numbers, objects and functions. */
const METHODS = new Set(
  (
    'charAt concat indexOf lastIndexOf match replace search slice split substring toLowerCase ' +
    'toUpperCase trim every filter forEach join map pop push reduce reduceRight reverse shift some ' +
    'sort splice unshift toFixed toString hasOwnProperty apply call'
  ).split(' '),
)
/** APIs that are objects; what they offer is checked where they are called. */
const OBJECTS = new Set(['JSON', 'Math', 'Object', 'localStorage', 'templateStorage', 'Promise'])
const GLOBALS = ['require', 'data', 'undefined', 'arguments']

interface Options {
  /** Of a server container: its requests answer with something that has `then`. */
  readonly promises: boolean
  /** Further globals and methods, of tests. */
  readonly globals?: readonly string[]
  readonly methods?: readonly string[]
}

type Node = AnyNode & { readonly [key: string]: unknown }

export function readCode(code: string, options: Options): CodeReading {
  const nodes = everyNode(
    parse(code, {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowReturnOutsideFunction: true,
      locations: true,
    }) as Node,
  )
  const globals = new Set([...GLOBALS, ...(options.globals ?? [])])
  const methods = new Set([
    ...METHODS,
    ...(options.promises ? ['then', 'catch'] : []),
    ...(options.methods ?? []),
  ])
  const declared = new Set(nodes.flatMap(declaredBy))
  const refused = nodes.flatMap((node) => {
    const why = formOf(node) ?? nameOf(node, declared, globals) ?? callOf(node, methods)
    return why ? [`line ${node.loc?.start.line}: ${why}`] : []
  })
  return {
    refused,
    required: nodes.flatMap((node) => requiredBy(node) ?? []),
    fields: [...new Set(nodes.flatMap(fieldOf))],
  }
}

function everyNode(root: Node): readonly Node[] {
  const nodes: Node[] = []
  const visit = (value: unknown, parent: Node | undefined): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one, parent)
    } else if (isNode(value)) {
      Object.defineProperty(value, 'parent', { value: parent, enumerable: false })
      nodes.push(value)
      for (const key of Object.keys(value)) visit(value[key], value)
    }
  }
  visit(root, undefined)
  return nodes
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

const parentOf = (node: Node): Node | undefined => (node as { parent?: Node }).parent

function declaredBy(node: Node): readonly string[] {
  if (node.type === 'VariableDeclarator') return namesOf(node.id as Node)
  if (node.type === 'FunctionDeclaration') {
    return [...namesOf(node.id as Node), ...(node.params as Node[]).flatMap(namesOf)]
  }
  if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
    return (node.params as Node[]).flatMap(namesOf)
  }
  return []
}

const namesOf = (node: Node): readonly string[] => (node.type === 'Identifier' ? [node.name] : [])

/** A form of the language that is not there. */
function formOf(node: Node): string | undefined {
  if (!STATEMENTS.has(node.type)) return `${node.type} is not there`
  switch (node.type) {
    case 'Literal':
      if (node.regex) return 'a regular expression is not there'
      return node.bigint ? 'a bigint is not there' : undefined
    case 'Property':
      if (node.kind !== 'init' || node.method) return 'a method in an object is not there'
      return node.shorthand || node.computed ? 'a short property is not there' : undefined
    case 'MemberExpression':
    case 'CallExpression':
      return node.optional ? 'optional chaining is not there' : undefined
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'UnaryExpression':
    case 'UpdateExpression':
    case 'AssignmentExpression':
      return OPERATORS.has(node.operator) ? undefined : `the operator ${node.operator} is not there`
    case 'ForInStatement':
      return (node.left as { kind?: string }).kind === 'const'
        ? 'for (const is not there'
        : undefined
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return node.async || node.generator ? 'async and generators are not there' : undefined
    default:
      return undefined
  }
}

/** A name that nobody declared, where a value is read. */
function nameOf(
  node: Node,
  declared: ReadonlySet<string>,
  globals: ReadonlySet<string>,
): string | undefined {
  if (node.type !== 'Identifier' || globals.has(node.name) || declared.has(node.name)) return
  const parent = parentOf(node)
  if (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) return
  if (parent?.type === 'Property' && parent.key === node) return
  return `${node.name} is declared nowhere`
}

function callOf(node: Node, methods: ReadonlySet<string>): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  const { object, property, computed } = node.callee
  if (computed || property.type !== 'Identifier') return undefined
  if (object.type === 'Identifier' && (OBJECTS.has(object.name) || object.name === 'data')) return
  return methods.has(property.name) ? undefined : `the method ${property.name} is not there`
}

function requiredBy(node: Node): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined
  if (node.callee.name !== 'require') return undefined
  const [argument] = node.arguments
  if (argument?.type !== 'Literal') throw new Error('require of something that is no text')
  return String(argument.value)
}

function fieldOf(node: Node): readonly string[] {
  if (node.type !== 'MemberExpression' || node.computed) return []
  if (node.object.type !== 'Identifier' || node.object.name !== 'data') return []
  return node.property.type === 'Identifier' ? [node.property.name] : []
}
