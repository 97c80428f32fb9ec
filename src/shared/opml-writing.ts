import { escapeXml } from './xml.ts'

/** A folder or a feed of a list, with what else its outline says. */
export type Outline = { title: string; attributes: Record<string, string | null>; outlines: Outline[] }

/** An OPML 2.0 list. */
export function writeOpml(title: string, outlines: Outline[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>${escapeXml(title)}</title>
  </head>
  <body>
${outlines.map((outline) => lineOf(outline, '    ')).join('')}  </body>
</opml>
`
}

function lineOf({ title, attributes, outlines }: Outline, indent: string): string {
  const members = Object.entries({ text: title, title, ...attributes })
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ` ${name}="${escapeXml(value ?? '')}"`)
    .join('')
  if (outlines.length === 0) return `${indent}<outline${members}/>\n`
  const inside = outlines.map((outline) => lineOf(outline, `${indent}  `)).join('')
  return `${indent}<outline${members}>\n${inside}${indent}</outline>\n`
}
