import type { Person } from '../item.ts'
import { addressOf, baseOf } from './addresses.ts'
import { plainLine } from './texts.ts'
import { child, children, textOf, textOfChild, type XmlElement } from './xml-tree.ts'

const peopleAtMost = 50

/** Whom a line names: `Ann Example`, `ann@mail.example (Ann Example)`, `Ann Example <ann@mail.example>`. Mail addresses are not kept. */
export function personOf(line: string): Person | undefined {
  const text = plainLine(line)
  if (!text.includes('@')) return text ? { name: text, url: null } : undefined
  const words = text.split(/[\s<>()[\]"]+/).filter((word) => !word.includes('@'))
  const name = words
    .join(' ')
    .replace(/^[,;:–-]+|[,;:–-]+$/g, '')
    .trim()
  return name ? { name, url: null } : undefined
}

/** An author in the form of Atom, or of RSS where it is but a line. */
function authorOf(element: XmlElement, base: string): Person | undefined {
  const name = textOfChild(element, 'atom:name', 'name', 'itunes:name', 'foaf:name')
  if (!name) return personOf(ownText(element))
  const found = personOf(name)
  const url = textOfChild(element, 'atom:uri', 'uri', 'atom:url', 'url', 'atom:homepage', 'homepage')
  return found && { ...found, url: addressOf(url, baseOf(element, base)) }
}

/** Of a person of Atom without a name, what is not said in its members. */
function ownText(element: XmlElement): string {
  const isPerson = child(element, 'atom:email', 'email', 'atom:uri', 'uri', 'atom:url', 'url') !== undefined
  if (!isPerson) return textOf(element)
  return element.children.filter((each) => typeof each === 'string').join(' ')
}

/** The authors that an element names under the first of these names that names any. */
export function authorsOf(element: XmlElement, names: string[], base: string): Person[] {
  for (const name of names) {
    const found = children(element, name).flatMap((each) => authorOf(each, base) ?? [])
    if (found.length > 0) return distinct(found)
  }
  return []
}

export function distinct(people: Person[]): Person[] {
  const names = new Set<string>()
  return people
    .filter(({ name }) => !names.has(name.toLowerCase()) && names.add(name.toLowerCase()))
    .slice(0, peopleAtMost)
}
