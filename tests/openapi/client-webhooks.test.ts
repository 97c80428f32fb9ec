import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { verifyWebhook, WebhookError, type WebhookEvent } from '../../openapi/client/src/index.ts'

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`
const secret = newSecret()
const now = new Date('2026-11-26T12:00:00Z')
const event: WebhookEvent = {
  type: 'article.published',
  timestamp: '2026-11-26T11:59:58.000Z',
  data: {
    seq: 12,
    resource: { type: 'article', id: 'a-1', url: 'https://news.example/v1/articles/a-1' },
    revision: 1,
  },
}
const body = JSON.stringify({ ...event, note: '渡口 ☕' })

function signed({ text = body, at = now, secrets = [secret] } = {}) {
  const signatures = secrets.map((one) => new Webhook(one).sign('msg_1', at, text))
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}

const faultOf = (verified: Promise<WebhookEvent>) =>
  verified.then(
    () => 'none',
    (error) => (error instanceof WebhookError ? error.fault : error),
  )

it('answers the payload of a message that standardwebhooks signed, however body and headers are given', async () => {
  const headers = signed()
  const verified = await verifyWebhook(body, headers, secret, { now })
  expect(verified).toEqual(JSON.parse(body))
  expect(await verifyWebhook(Buffer.from(body), new Headers(headers), secret, { now })).toEqual(verified)
  const shouted = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  expect(await verifyWebhook(body, shouted, secret, { now })).toEqual(verified)
  expect(await verifyWebhook(body, headers, secret.replace('whsec_', ''), { now })).toEqual(verified)
})

it('takes one good signature among several, and one of several secrets: rotation has an overlap', async () => {
  const next = newSecret()
  const both = signed({ secrets: [next, secret] })
  for (const one of [secret, next, [newSecret(), secret]]) {
    expect((await verifyWebhook(body, both, one, { now })).data.seq).toBe(12)
  }
  both['webhook-signature'] = `v1a,AAAA v2,${'A'.repeat(44)} v1,@@ v1, ${both['webhook-signature']}`
  expect((await verifyWebhook(body, both, secret, { now })).data.seq).toBe(12)
})

it('refuses what was changed: body, id, time, signature, secret', async () => {
  const headers = signed()
  const forged = [
    [body.replace('12', '13'), headers, secret],
    [body, { ...headers, 'webhook-id': 'msg_2' }, secret],
    [body, { ...headers, 'webhook-timestamp': String(now.getTime() / 1000 + 1) }, secret],
    [body, { ...headers, 'webhook-signature': 'v1,' }, secret],
    [body, { ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') }, secret],
    [body, { ...headers, 'webhook-signature': headers['webhook-signature'].slice(0, -5) }, secret],
    [body, headers, newSecret()],
    [body, headers, []],
  ] as const
  for (const [text, sent, key] of forged) {
    expect(await faultOf(verifyWebhook(text, sent, key as string, { now }))).toBe('signature')
  }
})

it('refuses a message of another time, by the tolerance that is wanted', async () => {
  const at = (seconds: number) => signed({ at: new Date(now.getTime() + seconds * 1000) })
  expect(await faultOf(verifyWebhook(body, at(-300), secret, { now }))).toBe('none')
  expect(await faultOf(verifyWebhook(body, at(300), secret, { now }))).toBe('none')
  expect(await faultOf(verifyWebhook(body, at(-301), secret, { now }))).toBe('timestamp')
  expect(await faultOf(verifyWebhook(body, at(301), secret, { now }))).toBe('timestamp')
  expect(await faultOf(verifyWebhook(body, at(-11), secret, { now, toleranceSeconds: 10 }))).toBe('timestamp')
  const odd = { ...signed(), 'webhook-timestamp': '1e9' }
  expect(await faultOf(verifyWebhook(body, odd, secret, { now }))).toBe('timestamp')
})

it('says which header is missing, that a secret is none, and that a payload is none', async () => {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    const verified = verifyWebhook(body, { ...signed(), [name]: undefined }, secret, { now })
    await expect(verified).rejects.toThrow(`The header ${name} is missing.`)
  }
  expect(await faultOf(verifyWebhook(body, signed(), 'whsec_', { now }))).toBe('secret')
  expect(await faultOf(verifyWebhook(body, signed(), 'whsec_ä', { now }))).toBe('secret')
  for (const text of ['{', 'null', '{"type":"x"}', '[]']) {
    expect(await faultOf(verifyWebhook(text, signed({ text }), secret, { now }))).toBe('payload')
  }
})
