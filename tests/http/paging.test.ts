import type { FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { linkNext, listName } from '../../src/http/paging.ts'

const moving = ['cursor', 'limit', 'fields', 'include', 'total']
const request = (query: string | undefined) =>
  ({ url: query === undefined ? '/list' : `/list?${query}` }) as FastifyRequest

function linkOf(query: string | undefined): string | undefined {
  const links: string[] = []
  const reply = { header: (_name: string, value: string) => links.push(value) }
  linkNext(request(query), reply as unknown as FastifyReply, 'a-b_c.d', 'http://x.test')
  return links[0]
}

describe.each([
  undefined,
  '',
  'limit=3',
  'a=1',
  'a=1&limit=3',
  'cursor=x&a=1',
  'a=1&cursor=x&limit=2',
  'cursor=x&cursor=y',
  'b=2&a=1',
  'b=2&a=1&b=1',
  'a=',
  'a',
  '=',
  '&',
  'a=1&',
  'a=1,2',
  'a=%31&%63ursor=x',
  'a=1+2',
  'a=x=y',
  'a=*.-_~',
  'a=é'.normalize('NFC'),
])('the query %j', (query) => {
  it('names the list as URLSearchParams would', () => {
    const parameters = new URLSearchParams(query)
    for (const name of moving) parameters.delete(name)
    parameters.sort()
    expect(listName(request(query))).toBe(parameters.size > 0 ? `/list?${parameters}` : '/list')
  })

  it('leads to the next page with one cursor', () => {
    const parameters = new URLSearchParams(query)
    parameters.set('cursor', 'a-b_c.d')
    expect(linkOf(query)).toBe(`<http://x.test/list?${parameters}>; rel="next"`)
  })
})
