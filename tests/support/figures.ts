import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

type Figure = { promise: string; figure: string; command: string }

const file = new URL('../../docs/reliability.md', import.meta.url)
const columns = '| promise | figure reached | command | date | machine |\n|---|---|---|---|---|\n'

/** Writes what a long run reached into docs/reliability.md, in the place of what the last one did. Short runs write nothing. */
export function recordFigure(heading: string, figure: Figure): void {
  if (process.env.RECORD_FIGURES !== undefined) writeFigure(heading, figure)
}

/** Into the row of its promise, or behind those there are under the heading. */
export function writeFigure(heading: string, { promise, figure, command }: Figure): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`
  const row = `| ${promise} | ${figure} | \`${command}\` | ${new Date().toISOString().slice(0, 10)} | ${machine} |`
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# Reliability\n'
  const begin = `## ${heading}\n\n`
  const whole = text.includes(begin) ? text : `${text.trimEnd()}\n\n${begin}${columns}`
  const [before = '', behind = ''] = whole.split(begin)
  const end = behind.search(/\n## /)
  const section = end === -1 ? behind : behind.slice(0, end)
  const rest = end === -1 ? '' : behind.slice(end)
  const lines = section.trimEnd().split('\n')
  const known = lines.findIndex((line) => line.startsWith(`| ${promise} |`))
  if (known === -1) lines.push(row)
  else lines[known] = row
  writeFileSync(file, `${before}${begin}${lines.join('\n')}\n${rest}`)
}
