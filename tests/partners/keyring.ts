import type { Scope } from '../../src/http/access.ts'
import type { Api } from '../support/api.ts'

type Members = Record<string, unknown>

/** Makes a partner and answers the id. */
export async function addPartner(api: Api, members: Members = {}): Promise<string> {
  const answer = await api.post('/v1/partners', { body: { name: 'Lighthouse Daily', ...members } })
  return answer.body.id
}

/** Issues a key to a partner, a new one where none is named, and answers it with its address. */
export async function addKey(
  api: Api,
  { partnerId, scopes = ['read'], ...members }: { partnerId?: string; scopes?: Scope[] } & Members = {},
) {
  const partner = partnerId ?? (await addPartner(api))
  const answer = await api.post(`/v1/partners/${partner}/keys`, {
    body: { name: 'A key', scopes, ...members },
  })
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  const { id, key } = answer.body as { id: string; key: string }
  return { id, key, partnerId: partner, path: `/v1/partners/${partner}/keys/${id}` }
}
