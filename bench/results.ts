import { readFile, writeFile } from 'node:fs/promises'
import { directory } from './corpus.ts'
import { picture } from './picture.ts'
import { cells, findingLine, heading, type Section } from './report.ts'

const here = new URL('./', import.meta.url).pathname
const keptFile = `${directory}results.json`

type Kept = { facts: string[]; sections: Section[] }

/**
 * Writes bench/RESULTS.md and the chart beside it as sections come, so that a run that is cut off leaves what it has. `anew` forgets
 * what earlier runs measured; else a row takes the place of the one with its name.
 */
export function resultsFile(facts: string[], { anew }: { anew: boolean }) {
  let known: Promise<Section[]> | undefined
  return async (section: Section) => {
    known ??= anew ? Promise.resolve([]) : readKept()
    const sections = await known
    const place = sections.findIndex(({ title }) => title === section.title)
    const before = sections[place]
    if (before)
      sections[place] = {
        ...section,
        results: replaced(before.results, section.results),
        findings: replaced(before.findings, section.findings),
      }
    else sections.push(section)
    await writeFile(keptFile, JSON.stringify({ facts, sections } satisfies Kept))
    await writeFile(`${here}RESULTS.md`, document(facts, sections))
    await writeFile(`${here}results.svg`, picture(sections))
  }
}

function replaced<Row extends { name: string; of?: string }>(before: Row[] = [], after: Row[] = []): Row[] {
  const rows = new Map([...before, ...after].map((row) => [`${row.name} ${row.of}`, row]))
  return [...rows.values()]
}

async function readKept(): Promise<Section[]> {
  const text = await readFile(keptFile, 'utf8').catch(() => undefined)
  return text === undefined ? [] : (JSON.parse(text) as Kept).sections
}

function document(facts: string[], sections: Section[]): string {
  const intro = [
    '# Results of `npm run bench:full`',
    '',
    'Written by the run itself. Only the ratios hold elsewhere: "bare" is Fastify without a plugin sending the same bytes as one',
    'Buffer, and what creates and imports are held against is better-sqlite3 writing the same rows, durably, with no server before it.',
    'By CPU time: how the CPU time of one answer compares, which a slow client and other work on the machine change less.',
    '',
    '![How much of what bare Fastify sends, and the goals](results.svg)',
    '',
    ...facts.map((fact) => `- ${fact}`),
  ]
  const verdicts = sections.flatMap(goalsOf)
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length
  const summary = `Of ${verdicts.length} goals ${count('reached')} are reached, ${count('not reached')} are not, and ${count('unclear')} are unclear.`
  return `${[intro.join('\n'), summary, ...sections.map(chapter)].join('\n\n')}\n`
}

function goalsOf({ results, findings }: Section): string[] {
  const ofResults = results
    .filter(({ goal }) => goal !== undefined)
    .map((result) => cells(result).at(-1) ?? '')
  const ofFindings = findings.flatMap(({ value, goal }) =>
    goal === undefined ? [] : value <= goal ? 'reached' : 'not reached',
  )
  return [...ofResults, ...ofFindings]
}

function chapter({ title, results, findings, notes, at, load }: Section): string {
  const row = (texts: string[]) => `| ${texts.map((text) => text.replaceAll('<', '\\<')).join(' | ')} |`
  const table = [row(heading), row(heading.map(() => '---')), ...results.map((result) => row(cells(result)))]
  const blocks = [
    `## ${title}`,
    `Measured ${at}; load of the machine before: ${load.toFixed(1)}.`,
    ...(results.length > 0 ? [table.join('\n')] : []),
    ...(findings.length > 0 ? [findings.map((finding) => `- ${findingLine(finding)}`).join('\n')] : []),
    ...notes,
  ]
  return blocks.join('\n\n')
}
