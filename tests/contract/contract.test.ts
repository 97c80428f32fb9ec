import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { scopes } from '../../src/http/access.ts'
import { checkDocumented } from '../conventions/answers.ts'
import { type Operation, operation as operationOf, operations } from '../conventions/document.ts'
import { type Valid, validRequest } from '../conventions/requests.ts'
import { openRoom, type Room } from '../conventions/room.ts'
import { adminKey } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'
import { recordFigure } from '../support/figures.ts'
import { type Built, build } from './building.ts'
import { curlOf } from './curl.ts'
import { judge } from './judging.ts'
import { type Recipe, recipes } from './recipes.ts'

const runs = Number(process.env.CONTRACT_REQUESTS ?? 400)
const seed = Number(process.env.CONTRACT_SEED ?? 20261126)
const msForEach = 100

type Role = { name: string; key: string | null; scopes: readonly string[] }

let room: Room
let roles: Role[]
const valid = new Map<string, Valid>()
const seen = new Map<string, number>()
/** Each kind of difference once, with the first request that showed it. */
const differences = new Map<string, string>()

beforeAll(async () => {
  const [sqlite, postgres] = engines
  room = await openRoom((process.env.CONTRACT_ENGINE === 'postgres' ? postgres : sqlite) as Engine)
  roles = [
    { name: 'nobody', key: null, scopes: [] },
    ...(await Promise.all(
      scopes.map(async (scope) => ({ name: scope, key: await room.key([scope]), scopes: [scope] })),
    )),
    { name: 'the administrator', key: adminKey, scopes: ['admin'] },
  ]
})

const ownerOf = ({ access }: Operation, role: Role) =>
  access === 'webhooks:write' && role.scopes.includes(access) ? role : undefined
const nameOf = (operation: Operation, role: Role) => `${operation.id} ${ownerOf(operation, role)?.name ?? ''}`

/** Something that is seen only by who made it is made anew for each role. */
async function goodRequest(operation: Operation, role: Role): Promise<Valid> {
  const name = nameOf(operation, role)
  const known = valid.get(name) ?? (await validRequest(room, operation, ownerOf(operation, role)?.key))
  valid.set(name, known)
  return known
}

async function send(recipe: Recipe): Promise<void> {
  const operation = operationOf(recipe.id)
  const role = roles[recipe.role] as Role
  const built = build(operation, recipe, await goodRequest(operation, role))
  const answer = await answerTo(built, role)
  const documented = built.method === operation.method
  const fault =
    judge(operation, { ...built, role: role.scopes, answer }) ??
    (documented ? undocumented(operation, built, answer) : undefined)
  seen.set(`${answer.status}`, (seen.get(`${answer.status}`) ?? 0) + 1)
  if (fault) {
    const told = `${fault}\nAs ${role.name}:\n${curlOf(built, role.key)}\n${answer.status} ${String(answer.bytes).slice(0, 800)}`
    const kind = `${operation.id} ${fault.slice(0, 100)} ${answer.body?.errors?.[0]?.message ?? answer.status}`
    if (!differences.has(kind)) differences.set(kind, told)
  }
  // What was used up is made anew.
  if (answer.status < 400 && operation.method !== 'GET') valid.delete(nameOf(operation, role))
}

const answerTo = ({ method, url, headers, body }: Built, { key }: Role) =>
  room.api.request(method, url, { headers, body, key, mayFail: true })

function undocumented(
  operation: Operation,
  { method, url }: Built,
  answer: Awaited<ReturnType<typeof answerTo>>,
): string | undefined {
  try {
    checkDocumented(operation, { ...answer, request: `${method} ${url}` })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

it(
  `answers ${runs} requests as the document that it serves says`,
  async () => {
    await fc.assert(fc.asyncProperty(recipes(roles.length), send), {
      numRuns: runs,
      seed,
    })
    const told = [...seen].sort().map(([status, count]) => `${status} × ${count}`)
    recordFigure('Hostile clients', {
      promise: 'The code is the document, on generated requests',
      figure: `${differences.size} differences in ${runs} requests to ${operations.length} operations as ${roles.length} roles (seed ${seed}): ${told.join(', ')}`,
      command: 'npm run test:contract',
    })
    expect(
      [...differences.values()].join('\n\n'),
      `${differences.size} differences with seed ${seed}: ${told.join(', ')}`,
    ).toBe('')
    // Else the requests were all refused for the same reason, and nothing was tried.
    for (const status of ['200', '201', '400', '401', '403', '404', '405', '415', '422']) {
      expect(seen.get(status) ?? 0, `answers ${status}`).toBeGreaterThan(0)
    }
  },
  60_000 + runs * msForEach,
)
