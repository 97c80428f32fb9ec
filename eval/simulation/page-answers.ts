import { hash } from 'node:crypto'
import type { FeedAnswer } from './feed-answers.ts'
import type { Outlet } from './outlets.ts'
import { randomOf } from './random.ts'

const robots = ['', 'User-agent: *\nDisallow: /private/\n', 'User-agent: *\nDisallow: /\n']

/** Most sites forbid nothing, some have no rules at all, and few forbid everything. */
export function robotsAnswer({ number }: Outlet): FeedAnswer {
  const draw = randomOf(`robots ${number}`)()
  if (draw < 0.4) return { status: 404, headers: {}, body: Buffer.from('None.'), standing: [] }
  const text = robots[draw < 0.6 ? 0 : draw < 0.9 ? 1 : 2] as string
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text), standing: [] }
}

/** A real page at each address, always the same one; some are missing, limited or broken. */
export function pageAnswer(path: string, pages: Buffer[]): FeedAnswer {
  const draw = randomOf(`page ${path}`)()
  const failed = (status: number, headers: Record<string, string> = {}) => ({
    status,
    headers,
    body: Buffer.from('Oh.'),
    standing: [],
  })
  if (draw < 0.05) return failed(404)
  if (draw < 0.07) return failed(429, { 'retry-after': '3600' })
  if (draw < 0.1) return failed(503, { 'retry-after': '1800' })
  const at = Number.parseInt(hash('md5', path).slice(0, 8), 16) % pages.length
  return { status: 200, headers: { 'content-type': 'text/html' }, body: pages[at] as Buffer, standing: [] }
}
