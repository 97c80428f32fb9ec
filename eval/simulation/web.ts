import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sharedFolder } from '../data.ts'
import {
  type FeedAnswer,
  type FeedState,
  feedAnswer,
  newFeedState,
  type Served,
  send,
} from './feed-answers.ts'
import { type Manners, watchManners } from './manners.ts'
import type { Outlet } from './outlets.ts'
import { pageAnswer, robotsAnswer } from './page-answers.ts'

export type Web = {
  manners: Manners
  states: Map<Outlet, FeedState>
  /** The items that were handed out, with the last edition of each. */
  served: Served
  feedUrl(outlet: Outlet): string
  homeUrl(outlet: Outlet): string
  close(): Promise<void>
}

/** The sites of all outlets on one port of loopback. */
export async function startWeb(outlets: Outlet[], clock: () => Date): Promise<Web> {
  const manners = watchManners()
  const states = new Map(outlets.map((outlet) => [outlet, newFeedState(outlet)]))
  const served: Served = new Map()
  const saved = savedPages()
  let port = 0
  const originOf = (host: string) => `http://${host}:${port}`
  const onward = new Set<string>()

  function leadOn(host: string, path: string, status: number): FeedAnswer {
    onward.add(host + path)
    return { status, headers: { location: originOf(host) + path }, body: Buffer.alloc(0), standing: [] }
  }

  function answerOf(outlet: Outlet, request: IncomingMessage, now: number): FeedAnswer {
    const { move } = outlet
    const host = hostOf(request)
    const path = request.url ?? '/'
    const state = states.get(outlet) as FeedState
    if (path === '/robots.txt') return robotsAnswer(outlet)
    const isMoved = move && host === move.host && path === move.path
    if (path !== '/feed.xml' && !isMoved) {
      const answer = pageAnswer(path, saved)
      countPage(state, path, answer)
      return answer
    }
    if (move && !isMoved && move.at <= now) return leadOn(move.host, move.path, move.status)
    checkValidators(manners, state, request, now)
    const pageOrigin = outlet.hasPages ? originOf(outlet.host) : undefined
    const answer = feedAnswer(outlet, state, { now, sent: request.headers, pageOrigin })
    for (const { item, edition } of answer.standing) served.set(item.mark, edition)
    state.statuses.push(answer.status)
    state.bytes += answer.body.length
    return answer
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const now = clock().getTime()
    const host = hostOf(request)
    const path = request.url ?? '/'
    const outlet = outlets.find((one) => one.host === host || one.move?.host === host) as Outlet
    const end = manners.begin({
      at: now,
      host,
      path,
      kind: onward.delete(host + path) ? 'onward' : kindOf(outlet, path),
    })
    whenOver(response, end)
    const answer = answerOf(outlet, request, now)
    const until = retryAt(answer, now)
    if (until && answer.status === 429) manners.closeSite(host, until)
    if (until && answer.status === 503) manners.closeAddress(host, path, until)
    send(response, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  return {
    manners,
    states,
    served,
    feedUrl: ({ host }) => `${originOf(host)}/feed.xml`,
    homeUrl: ({ host }) => `${originOf(host)}/`,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const hostOf = (request: IncomingMessage) => (request.headers.host ?? '').replace(/:\d+$/, '')

function kindOf({ move }: Outlet, path: string) {
  if (path === '/robots.txt') return 'robots'
  return path === '/feed.xml' || path === move?.path ? 'feed' : 'page'
}

function whenOver(response: ServerResponse, end: () => void): void {
  let isOver = false
  const once = () => {
    if (!isOver) end()
    isOver = true
  }
  response.on('finish', once).on('close', once)
}

function retryAt({ headers }: FeedAnswer, now: number): number | undefined {
  const said = headers['retry-after']
  if (said === undefined) return undefined
  return /^\d+$/.test(said) ? now + Number(said) * 1000 : Date.parse(said)
}

/** After so many pages what is left of a feed is asked for again, whole. */
const pagesOfOnePoll = 20

/** A page that is held back is asked for no more after this, however often its item is edited meanwhile. */
const mostTriesOfPage = 12

function countPage(state: FeedState, path: string, { status }: FeedAnswer) {
  state.pages++
  if (status !== 429 && status !== 503) return
  const tries = (state.heldPages.get(path) ?? 0) + 1
  state.heldPages.set(path, tries)
  if (tries < mostTriesOfPage) state.awaitsPage = true
}

/** What a server gave with its last whole answer comes back with the next request, to the byte. */
function checkValidators(
  manners: Manners,
  { given, pages, awaitsPage }: FeedState,
  { headers, url = '/' }: IncomingMessage,
  at: number,
) {
  if (!given || pages >= pagesOfOnePoll || awaitsPage) return
  const visit = { at, host: headers.host ?? '', path: url, kind: 'feed' as const }
  if (headers['if-none-match'] !== given.etag || headers['if-modified-since'] !== given.lastModified)
    manners.tell(
      visit,
      `unconditional: ${given.etag} ${given.lastModified} was given, ${headers['if-none-match']} ${headers['if-modified-since']} came back`,
    )
}

const pageFolders = ['chinese-news-with-truth', 'trafilatura', 'postlight']

function savedPages(): Buffer[] {
  return pageFolders.flatMap((folder) => {
    const path = join(sharedFolder, 'pages', folder)
    return readdirSync(path)
      .filter((name) => name.endsWith('.html'))
      .map((name) => readFileSync(join(path, name)))
  })
}
