import { readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, totalmem } from 'node:os'
import type { Proof } from './proof.ts'

const page = new URL('../../docs/reliability.md', import.meta.url)
const command = (name: string) => `npm run test:durability -- --long --only ${name}`

/** Writes the figure into the row of its promise, or adds the row behind those there are. */
export async function record({ name, promise }: Proof, figure: string): Promise<void> {
  const date = new Date().toISOString().slice(0, 10)
  const row = `| ${promise} | ${figure} | \`${command(name)}\` | ${date} | ${machine()} |`
  const lines = (await readFile(page, 'utf8')).split('\n')
  const old = lines.findIndex((line) => line.includes(`\`${command(name)}\``))
  if (old >= 0) lines[old] = row
  else lines.splice(lines.findLastIndex((line) => line.includes('`npm run test:durability')) + 1, 0, row)
  await writeFile(page, lines.join('\n'))
}

function machine(): string {
  const [first] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  const model = first?.model.trim() || arch()
  return `${cpus().length} cores (${model}), ${memory} GiB, ${platform()}, Node ${process.versions.node}`
}
