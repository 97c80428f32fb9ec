import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, '../../.github/workflows')
type Step = { uses?: string; run?: string }
type Job = { 'runs-on': string; 'timeout-minutes'?: number; steps: Step[] }
type Workflow = { name: string; on: object; permissions: Record<string, string>; jobs: Record<string, Job> }
const workflows = readdirSync(folder).map((file) => ({
  file,
  workflow: parse(readFileSync(join(folder, file), 'utf8')) as Workflow,
}))
const scripts = Object.keys(JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8')).scripts)

it('there are workflows for tests, audits, CodeQL and releases', () => {
  expect(workflows.map(({ file }) => file).sort()).toEqual([
    'audit.yml',
    'ci.yml',
    'codeql.yml',
    'release.yml',
  ])
})

describe.each(workflows)('the workflow $file', ({ workflow }) => {
  it('may do no more than read, unless a job says so', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(Object.keys(workflow.on).length).toBeGreaterThan(0)
  })

  it('has jobs that end, with steps that name a version or a script that there is', () => {
    for (const job of Object.values(workflow.jobs)) {
      expect(job['runs-on']).toBeTypeOf('string')
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const { uses, run } of job.steps) {
        expect([uses, run].filter((part) => part !== undefined)).toHaveLength(1)
        if (uses) expect(uses).toMatch(/^[\w-]+\/[\w./-]+@v\d+$/)
        const script = /^npm run (\S+)/.exec(run ?? '')?.[1]
        if (script) expect(scripts).toContain(script)
      }
    }
  })
})
