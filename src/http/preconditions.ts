import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure } from '../shared/failure.ts'

/** Headers of a write to something that exists. */
export const ifMatchHeader = z.looseObject({
  'if-match': z
    .string()
    .max(1000)
    .optional()
    .describe('The `ETag` that was read. Where the resource has changed since, nothing is written: 412.'),
})

/**
 * Resources count their versions, and an ETag begins with that count: `"v7"`, or `"v7-…"` for a representation of its own
 * (other `fields` or `include`, another encoding). A write compares the count alone, so any of them will do.
 */
export function versionTag(version: number): string {
  return `"v${version}"`
}

/** The versions that `If-Match` accepts, or `undefined` where it is absent or `*`. Weak tags never match (RFC 9110). */
export function acceptedVersions(request: FastifyRequest): number[] | undefined {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '*') return undefined
  return [...header.matchAll(/(W\/)?"v(\d+)(?:-[^"]*)?"/g)]
    .filter((match) => !match[1])
    .map((match) => Number(match[2]))
}

/** Throws `precondition-failed` where the version is none of the accepted ones. */
export function checkVersion(version: number, accepted: number[] | undefined): void {
  if (accepted === undefined || accepted.includes(version)) return
  throw new Failure('precondition-failed', `The resource is at version "v${version}" by now.`, {
    errors: [{ in: 'header', path: 'if-match', message: 'Names another version than the present one.' }],
    headers: { ETag: versionTag(version) },
  })
}
