import type { Access } from '../../src/http/access.ts'
import type { Operation } from '../conventions/document.ts'
import type { ApiReply } from '../support/api.ts'
import type { Built } from './building.ts'
import { isKnown } from './references.ts'

/** What only the server can know: what there is, what it was, and how much was asked. */
const ofTheServer = [404, 409, 410, 412, 429]
const kindsOfTheServer = ['bad-cursor', 'idempotency-key-reused']
/** Of what is compressed, names and their letters are as HTTP has them. */
const otherEncoding = /^This encoding of the body is not read here/
/** Rules that JSON Schema has no words for; the descriptions tell of them. A refusal by any other rule is a difference. */
const toldInWords = [
  /^Expected a BCP 47 language tag/,
  /^Expected 1 to 80 letters of any script/,
  /^There is no (tag|source|member|parent) /,
  /^Expected a month, a day or an hour\.$/,
  /^Has passed\.$/,
  /^It does not go with/,
  /without `q`\.$/,
  /^Only what is found by `q`/,
  /^Send either/,
  /^Character \d+: /,
]

type Judged = Built & { role: readonly string[]; answer: ApiReply }

/** What is wrong with the answer, if anything is, by what the document says of the request. */
export function judge(operation: Operation, { method, wrong, role, answer }: Judged): string | undefined {
  const { status } = answer
  if (status >= 500) return 'A request makes the server fail.'
  if (method !== operation.method) return judgeMethod(method, answer)
  if (!isLetIn(operation.access, role)) {
    return status >= 400 ? undefined : 'Somebody is let in who may not do this.'
  }
  if (status === 401 || status === 403) return judgeRefusal(operation, role, answer)
  if (wrong !== undefined) return status >= 400 ? undefined : `What the document forbids is taken: ${wrong}.`
  if (status < 400 || ofTheServer.includes(status) || isOfTheServer(operation, answer)) return undefined
  return 'What the document allows is refused.'
}

/** A push is let in by its signature, and of what all may list some states are for whoever has a key. */
function judgeRefusal({ id }: Operation, role: readonly string[], { body }: ApiReply): string | undefined {
  if (id === 'pushFeed' || (role.length === 0 && /^Listing .+ needs a key\.$/.test(body?.detail)))
    return undefined
  return 'Somebody is refused who may do this.'
}

/** Other methods are another operation, or none. */
function judgeMethod(method: string, { status, headers }: ApiReply): string | undefined {
  if (status === 405 && !headers.allow) return `${method} is refused without saying what is allowed.`
  return undefined
}

function isLetIn(access: Access, role: readonly string[]): boolean {
  if (access === 'public' || access === 'read') return true
  if (access === 'key') return role.length > 0
  return role.includes(access) || role.includes('admin')
}

function isOfTheServer({ id }: Operation, { body }: ApiReply): boolean {
  if (kindsOfTheServer.some((kind) => body?.type?.endsWith(`/${kind}`))) return true
  if (otherEncoding.test(body?.detail)) return true
  const errors: { in: string; path: string; message: string }[] = body?.errors ?? []
  return (
    errors.length > 0 &&
    errors.every(
      ({ in: place, path, message }) =>
        (place === 'body' && isKnown(id, path)) || toldInWords.some((rule) => rule.test(message)),
    )
  )
}
