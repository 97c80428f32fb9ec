import type { DeliveryRow } from './outbox-store.ts'

type Told = Pick<DeliveryRow, 'seq' | 'at' | 'type' | 'resource_type' | 'resource_id' | 'revision'>

/** The payload of Standard Webhooks, thin: what happened to which resource, and where that is to be read. */
export type Payload = {
  type: string
  timestamp: string
  data: {
    /** Null for a test. */
    seq: number | null
    /** Without an address where the resource has none of its own, as a related link. */
    resource: { type: string; id: string; url: string | null }
    revision: number | null
  }
}

/**
 * The same for a change however often it is sent, so that a receiver can tell what it has by it. After the restoring of a backup
 * numbers are given anew: the time tells the changes apart. Has no dot, which the signature takes for a border.
 */
export function messageIdOf({ seq, at }: Pick<Told, 'seq' | 'at'>): string {
  return `msg_${seq}_${Date.parse(at).toString(36)}`
}

export function payloadOf(told: Told, publicUrl: string): Payload {
  const { resource_type, resource_id } = told
  return {
    type: told.type,
    timestamp: told.at,
    data: {
      seq: told.seq,
      resource: {
        type: resource_type,
        id: resource_id,
        url: addressOf(publicUrl, resource_type, resource_id),
      },
      revision: told.revision,
    },
  }
}

export function pingOf(webhookId: string, at: string, publicUrl: string): Payload {
  const resource = { type: 'webhook', id: webhookId, url: addressOf(publicUrl, 'webhook', webhookId) }
  return { type: 'webhook.ping', timestamp: at, data: { seq: null, resource, revision: null } }
}

const lists: Record<string, string> = {
  article: 'articles',
  tag: 'tags',
  story: 'stories',
  source: 'sources',
  webhook: 'webhooks',
}

function addressOf(publicUrl: string, type: string, id: string): string | null {
  const list = lists[type]
  return list === undefined ? null : `${publicUrl}/v1/${list}/${encodeURIComponent(id)}`
}
