import { z } from 'zod'
import { scopes } from '../http/access.ts'
import { line, time } from '../http/parameters.ts'
import { UsageOfDays } from './key.ts'

export const partnerStates = ['active', 'suspended'] as const

const example = {
  id: '019ab2c4-6f00-7b21-9c4d-3a8e7f1b2d50',
  name: 'Lighthouse Daily',
  contact: 'api@lighthouse.example',
  state: 'active' as const,
  createdAt: '2026-11-23T06:00:00.000Z',
  updatedAt: '2026-11-23T06:00:00.000Z',
}

/** Whoever is given keys. */
export const Partner = z
  .object({
    id: z.string(),
    name: z.string(),
    contact: z.string().nullable().describe('Whom to tell when something is wrong with their requests.'),
    state: z.enum(partnerStates).describe('The keys of a suspended partner are refused.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Partner', description: 'Whoever is given keys.', example })
export type Partner = z.infer<typeof Partner>

const members = {
  name: line(200),
  contact: line(500).nullish().describe('Whom to tell when something is wrong with their requests.'),
}

export const NewPartner = z.strictObject(members).meta({
  id: 'NewPartner',
  example: { name: example.name, contact: example.contact },
})
export type NewPartner = z.infer<typeof NewPartner>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const PartnerPatch = z
  .strictObject({
    ...members,
    name: members.name.optional(),
    state: z.enum(partnerStates).optional().describe('`suspended` refuses all keys of the partner at once.'),
  })
  .meta({ id: 'PartnerPatch', example: { state: 'suspended' } })
export type PartnerPatch = z.infer<typeof PartnerPatch>

export const Me = z
  .object({
    keyId: z.string(),
    name: z.string(),
    partner: z.object({ id: z.string(), name: z.string() }).nullable(),
    scopes: z.array(z.enum(scopes)),
    limits: z.object({ requestsPerMinute: z.int(), requestsPerDay: z.int() }),
    usage: z
      .object({
        requestsThisMinute: z.int(),
        remaining: z.int().describe('Of this minute.'),
        requestsToday: z.int(),
        remainingToday: z.int(),
        days: UsageOfDays,
      })
      .describe('This request included. What other processes have counted is known to about a second.'),
    createdAt: time,
    expiresAt: time.nullable(),
  })
  .meta({
    id: 'Me',
    description: 'What a key may do, and how much of its quota it has used.',
    example: {
      keyId: '019ab2c4-7b10-7d12-8a3e-5c1f9d2b4e60',
      name: 'Production importer',
      partner: { id: example.id, name: example.name },
      scopes: ['articles:write', 'tags:write'],
      limits: { requestsPerMinute: 60_000, requestsPerDay: 10_000_000 },
      usage: {
        requestsThisMinute: 17,
        remaining: 59_983,
        requestsToday: 1280,
        remainingToday: 9_998_720,
        days: [{ day: '2026-11-23', requests: 1280 }],
      },
      createdAt: '2026-11-23T06:08:00.000Z',
      expiresAt: '2027-11-23T00:00:00.000Z',
    },
  })
export type Me = z.infer<typeof Me>
