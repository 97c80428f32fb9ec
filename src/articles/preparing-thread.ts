import { serveTasks } from '../shared/workshop.ts'
import { tasks } from './preparing-tasks.ts'

serveTasks(tasks)
