/** The types that `npm run openapi` makes of the document: the one source of every shape. */
export type { components, operations, paths } from '../../newsweave.d.ts'
