import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Reading the sources again takes longer than all the rest of a start. Kept with the packages, where nobody else writes. */
export function keepCompiled(): void {
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/newsweave', import.meta.url)))
}
