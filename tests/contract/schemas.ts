import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Schema } from '../../src/http/document-types.ts'
import { document } from '../conventions/document.ts'

/** Shares nothing with the schemas from which the document was made. */
const ajv = new Ajv2020({ strict: false, validateFormats: true })
addFormats.default(ajv)
ajv.addFormat('iri', (text) => URL.canParse(text))
ajv.addSchema(document, 'document')
const compiled = new WeakMap<Schema, ValidateFunction>()

/** A schema of the document without its reference. */
export function resolved(schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '')
  if (name === undefined) return schema
  const found = document.components.schemas?.[name]
  if (!found) throw new Error(`The document has no schema ${name}.`)
  return found
}

/** Whether the document lets this value be sent. */
export function conforms(schema: Schema, value: unknown): boolean {
  const known = compiled.get(schema)
  const validate = known ?? ajv.compile(withAbsoluteReferences(schema))
  if (!known) compiled.set(schema, validate)
  return validate(value) as boolean
}

function withAbsoluteReferences(schema: Schema): Schema {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')
  return JSON.parse(text)
}

/** A parameter as its schema would have it: what reads as no number, truth value or list is left as text. */
export function deserialised(schema: Schema, text: string): unknown {
  const types = [schema.type].flat()
  if (schema.items) return text.split(',').map((part) => deserialised(schema.items as Schema, part))
  if (types.includes('integer') || types.includes('number')) {
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  }
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

export function serialised(value: unknown): string {
  return Array.isArray(value) ? value.map(serialised).join(',') : String(value)
}
