import type { Document } from './document-types.ts'

const schemaReference = /^#\/components\/schemas\//
const headerReference = /^#\/components\/headers\//

/**
 * Keeps the components that something refers to. A schema that is only ever sent to us loses the "Input" that sets it apart
 * from the form in which it would be answered.
 */
export function neededSchemas(document: Document): Document {
  const { schemas, headers = {} } = document.components
  const referred = new Set<string>()
  collect(document.paths, document, referred)
  const names = new Map<string, string>()
  for (const name of [...referred].filter((reference) => reference in schemas).sort()) {
    const plain = name.replace(/Input$/, '')
    names.set(name, referred.has(plain) ? name : plain)
  }
  const kept = [...names].map(([name, shown]) => [shown, schemas[name]])
  const components = {
    ...document.components,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => referred.has(`header ${name}`))),
    schemas: Object.fromEntries(kept.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))),
  }
  return renamed({ ...document, components }, names)
}

/** Follows every reference from here, through schemas and answers, and notes what it names. */
function collect(from: unknown, document: Document, referred: Set<string>) {
  if (typeof from !== 'object' || from === null) return
  for (const [key, value] of Object.entries(from)) {
    if (key !== '$ref' || typeof value !== 'string') collect(value, document, referred)
    else if (headerReference.test(value)) referred.add(value.replace(headerReference, 'header '))
    else if (schemaReference.test(value)) {
      const name = value.replace(schemaReference, '')
      if (referred.has(name)) continue
      referred.add(name)
      collect(document.components.schemas[name], document, referred)
    } else {
      const answer = value.replace('#/components/responses/', '')
      if (referred.has(value)) continue
      referred.add(value)
      collect(document.components.responses?.[answer], document, referred)
    }
  }
}

function renamed(document: Document, names: Map<string, string>): Document {
  return JSON.parse(JSON.stringify(document), (key, value) => {
    if (key !== '$ref' || typeof value !== 'string' || !schemaReference.test(value)) return value
    const name = value.replace(schemaReference, '')
    return `#/components/schemas/${names.get(name) ?? name}`
  })
}
