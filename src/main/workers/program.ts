import { keepCompiled } from '../compile-cache.ts'

keepCompiled()
const { work } = await import('./worker.ts')
work()
