#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Reading the sources again takes longer than all the rest of a start. Kept with the packages, where nobody else writes.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/newsweave', import.meta.url)))
const { run } = await import('./program.ts')
await run()
