import { serveTasks } from '../shared/workshop.ts'
import { tasks } from './workshop-tasks.ts'

serveTasks(tasks)
