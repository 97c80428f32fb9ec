// Takes the guard away, and has in its place what many programs have: the host of an address is looked up and checked, and then the
// address is asked for by its name, wherever that and its redirects lead by then.
import { registerHooks } from 'node:module'

const naive = new URL('./naive-client.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    const isClient = found.url.endsWith('/src/outbound/client.ts') && context.parentURL !== naive
    return isClient ? { ...found, url: naive, shortCircuit: true } : found
  },
})
