/** What a key may be allowed to do. `admin` includes all others. */
export const scopes = [
  'read',
  'articles:write',
  'tags:write',
  'stories:write',
  'sources:write',
  'webhooks:write',
  'admin',
] as const

export type Scope = (typeof scopes)[number]

/** What a route asks for: `public` is open always, `read` where reads are open, `key` for whoever has a valid key. */
export type Access = Scope | 'public' | 'key'

/** Who sent the request. Set by the authentication hook that `main/` registers; a route only states its access. */
export type Actor = {
  keyId: string
  name: string
  partner: { id: string; name: string } | null
  scopes: readonly Scope[]
  createdAt: string
  expiresAt: string | null
  /** What this key may ask, where that is not what holds for all. */
  quotas?: { minute: number | null; day: number | null }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` for a request without a key. */
    actor: Actor | null
    /** Whether the key of the request would be taken now: for answers that last longer than a key may. */
    isStillLetIn(): Promise<boolean>
  }
  interface FastifyContextConfig {
    access?: Access
  }
}
