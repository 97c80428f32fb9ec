import { parentPort } from 'node:worker_threads'
import type { Answer } from './workshop.ts'
import { type TaskName, type Tasks, tasks } from './workshop-tasks.ts'

type Task<Name extends TaskName> = { name: Name; input: Parameters<Tasks[Name]>[0] }

const say = (answer: Answer) => parentPort?.postMessage(answer)

parentPort?.on('message', <Name extends TaskName>({ name, input }: Task<Name>) => {
  const task = tasks[name] as (input: Parameters<Tasks[Name]>[0]) => ReturnType<Tasks[Name]>
  try {
    say({ result: task(input) })
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    say({ thrown: { name, message } })
  }
})
say({ begun: true })
