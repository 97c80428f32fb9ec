import { cells, type Result, type Section, standing } from './report.ts'

const size = { width: 860, left: 330, right: 120, line: 18, top: 58 }
const longest = 1.1
const colours = { reached: '#2a7', 'not reached': '#c33', unclear: '#c90', '': '#888' }

const across = (ratio: number) =>
  size.left + (Math.min(ratio, longest) / longest) * (size.width - size.left - size.right)

type Bar = { name: string; section: string; result: Result }

/** A bar for each row that is held against the limit, with its goal and how far its rounds were apart. */
export function picture(sections: Section[]): string {
  const bars = sections.flatMap(({ title, results }): Bar[] =>
    results.filter(isOfLimit).map((result) => ({ name: result.name, section: title, result })),
  )
  const height = size.top + bars.length * size.line + 24
  const marks = [0, 0.25, 0.5, 0.75, 1].map((mark) => {
    const x = across(mark).toFixed(1)
    return `<line x1="${x}" x2="${x}" y1="${size.top - 8}" y2="${height - 20}" stroke="#ddd"/><text x="${x}" y="${size.top - 14}" text-anchor="middle">${mark}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" font-family="sans-serif" font-size="11">
<title>How much of the limit each row reaches</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="13">Answers a second, of what bare Fastify sends with the same bytes or better-sqlite3 writes in the same transactions</text>
${marks.join('\n')}
${bars.map(barOf).join('\n')}
<text x="12" y="${height - 6}">Green: goal reached; red: not; orange: unclear; grey: no goal. The black mark is the goal, the thin line the lowest and highest round.</text>
</svg>
`
}

/** Growth is of time and has no limit, and peers are far slower. */
const isOfLimit = ({ goal, of }: Result) =>
  (goal === undefined || ('atLeast' in goal && goal.atLeast <= 1)) && /^(bare|better-sqlite3)/.test(of)

function barOf({ name, section, result }: Bar, index: number): string {
  const { ratio, low, high } = standing(result)
  const y = size.top + index * size.line
  const verdict = (cells(result).at(-1) ?? '') as keyof typeof colours
  const middle = y + 6
  const goal = result.goal && 'atLeast' in result.goal ? across(result.goal.atLeast) : undefined
  return [
    `<text x="${size.left - 8}" y="${y + 10}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${size.left}" y="${y}" width="${(across(ratio) - size.left).toFixed(1)}" height="12" fill="${colours[verdict]}"><title>${escaped(`${section}, ${name}: ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`)}</title></rect>`,
    `<line x1="${across(low).toFixed(1)}" x2="${across(high).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#000" stroke-width="0.7"/>`,
    ...(goal === undefined
      ? []
      : [
          `<line x1="${goal.toFixed(1)}" x2="${goal.toFixed(1)}" y1="${y - 1}" y2="${y + 13}" stroke="#000" stroke-width="2"/>`,
        ]),
    `<text x="${size.width - size.right + 8}" y="${y + 10}">${ratio.toFixed(2)}</text>`,
  ].join('')
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
