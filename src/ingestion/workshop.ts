import * as shared from '../shared/workshop.ts'
import type { Tasks } from './workshop-tasks.ts'

/** Where what strangers sent is read: feeds, pages, bodies. */
export type Workshop = shared.Workshop<Tasks>

export const createWorkshop = (options: shared.WorkshopOptions): Workshop =>
  shared.createWorkshop<Tasks>(new URL('./workshop-thread.ts', import.meta.url), options)
