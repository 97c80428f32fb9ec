import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

// Node reads no TypeScript below node_modules, so that what is installed has to be JavaScript.
rmSync(path('dist'), { recursive: true, force: true })
const compiler = path('../../node_modules/typescript-7/bin/tsc')
const { status } = spawnSync(process.execPath, [compiler, '-p', path('.')], { stdio: 'inherit' })
if (status !== 0) process.exit(1)
// The types of the document stand outside the package; in it they take the place of the module that hands them on.
copyFileSync(path('../newsweave.d.ts'), path('dist/schema.d.ts'))
