import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { beforeEach, describe, expect, it } from 'vitest'
import { feed } from '../support/bad-answers.ts'
import { certificateFor } from '../support/certificate.ts'
import { atEnd } from '../support/cleanup.ts'
import { host, type Outside, startOutside } from './outside.ts'

let web: Outside['web']
let client: Outside['client']
let secure: { port: number; cert: string }

beforeEach(async () => {
  ;({ web, client } = await startOutside())
  web.put(host, '/feed.xml', feed('<rss/>'))
  web.put('quarry.example', '/', feed(''))
  secure = await startSecure()
})

/** A server with a certificate for one host, which sends everybody on to the same page without TLS. */
async function startSecure() {
  const { key, cert } = certificateFor(host)
  const server = createServer({ key, cert }, (request, response) => {
    response.writeHead(302, { location: web.url(host, request.url) }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, cert }
}

describe('a secure connection', () => {
  it('is not made where nobody vouches for the server', async () => {
    const request = client.request({ url: `https://${host}:${secure.port}/feed.xml` })
    await expect(request).rejects.toMatchObject({ code: 'tls' })
    expect(web.visits()).toEqual([])
  })

  it('is made with the host that the certificate is for, and the answer says when a redirect left it', async () => {
    const before = getCACertificates()
    setDefaultCACertificates([secure.cert])
    atEnd(() => setDefaultCACertificates(before))
    const answer = await client.request({ url: `https://${host}:${secure.port}/feed.xml` })
    expect(answer).toMatchObject({ status: 200, url: web.url(host, '/feed.xml'), downgraded: true })
    const other = client.request({ url: `https://quarry.example:${secure.port}/feed.xml` })
    await expect(other).rejects.toMatchObject({ code: 'tls' })
  })
})
