import type { Document, Schema } from './document-types.ts'

const sampleId = '019ab2c4-5d00-7a31-9f2e-4b8c1d6e7f80'

const formatExamples: Record<string, string> = {
  'date-time': '2026-11-23T06:08:00.000Z',
  uri: 'https://lighthouse.example/chips/heron-2',
}

/** What a value of this schema looks like: its own example where it has one, else one made of those of its parts. */
export function exampleOf(schema: Schema, document: Document, name = ''): unknown {
  const { $ref, type, properties, items } = schema
  if (schema.example !== undefined) return schema.example
  if ($ref) return exampleOf(resolved($ref, document), document, name)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.default !== undefined) return schema.default
  const choice = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0]
  if (choice) return exampleOf(choice, document, name)
  if (properties) {
    const members = Object.entries(properties).map(([key, member]) => [key, exampleOf(member, document, key)])
    return Object.fromEntries(members)
  }
  if (items) return [exampleOf(items, document, name)]
  return formatExamples[String(schema.format)] ?? plainExample([type].flat()[0], name)
}

function plainExample(type: string | undefined, name: string): unknown {
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return true
  if (type === 'object') return {}
  if (type === 'array') return []
  if (type === 'null') return null
  return /(^id|Id)$/.test(name) ? sampleId : name || 'text'
}

/** Whether the schema, or what it refers to, has a value of its own for what is left out. */
export function hasDefault(schema: Schema | undefined, document: Document): boolean {
  if (!schema) return false
  return (schema.$ref ? resolved(schema.$ref, document) : schema).default !== undefined
}

function resolved(reference: string, document: Document): Schema {
  const schema = document.components.schemas[reference.replace('#/components/schemas/', '')]
  if (!schema) throw new Error(`The document has no ${reference}.`)
  return schema
}

/** Whether the schema, or what it refers to, has a member of this name. */
export function hasMember(schema: Schema | undefined, name: string, document: Document): boolean {
  if (!schema) return false
  const target = schema.$ref ? resolved(schema.$ref, document) : schema
  return target.properties?.[name] !== undefined
}
