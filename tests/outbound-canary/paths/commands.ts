import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fewForms } from '../forms.ts'
import { each, run } from '../newsroom.ts'
import { type Path, refused } from '../path.ts'

export const commandPaths: Path[] = [
  {
    name: 'newsweave sources discover',
    key: 'command',
    forms: fewForms,
    tells: refused,
    async ask({ mode }, cells) {
      const folder = mkdtempSync(join(tmpdir(), 'newsweave-canary-'))
      try {
        return await each(cells, 2, async ({ id, url }) => {
          const file = join(folder, `${id}.db`)
          const { printed, ended } = run(mode, ['sources', 'discover', url, '--database-url', `file:${file}`])
          await ended
          return printed()
        })
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]
