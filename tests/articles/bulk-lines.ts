import { expect } from 'vitest'
import type { Api, ApiReply } from '../support/api.ts'

/** A line of an import, the same for the same number. */
export const lineOf = (sourceId: string, number: number, members = {}) => ({
  sourceId,
  externalId: `x${number}`,
  url: `https://lighthouse.example/${number}`,
  title: `Story ${number}`,
  publishedAt: '2026-11-01T00:00:00Z',
  ...members,
})

export function linesOf(sourceId: string, count: number): object[] {
  return Array.from({ length: count }, (_, index) => lineOf(sourceId, index + 1))
}

export const ndjson = (lines: object[]) =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

export function parsedLines(bytes: Buffer | string) {
  return bytes
    .toString()
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text))
}

export function postLines(
  api: Api,
  body: Buffer,
  { headers = {}, ...options }: { headers?: Record<string, string>; key?: string } = {},
): Promise<ApiReply> {
  return api.post('/v1/articles/import', {
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    ...options,
  })
}

/** The results of an import that is taken. */
export async function importLines(api: Api, body: Buffer, options: Parameters<typeof postLines>[2] = {}) {
  const answer = await postLines(api, body, options)
  expect(answer.status).toBe(200)
  return parsedLines(answer.bytes)
}

export async function countPublished(api: Api): Promise<number> {
  return (await api.get('/v1/articles?total=exact&limit=1')).body.page.total
}
