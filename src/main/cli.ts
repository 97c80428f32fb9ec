#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts'

keepCompiled()
const { run } = await import('./program.ts')
await run()
