import { describe, expect, it } from 'vitest'
import { outboundErrorOf } from '../../src/outbound/outbound-error.ts'

const connecting = (code: string) => Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' })

describe('a failure to connect', () => {
  // What Linux says of multicast, of broadcast and of what a firewall forbids: an allow-list may well lead there.
  it.each(['EINVAL', 'EACCES', 'EPERM', 'ENETDOWN', 'EHOSTDOWN', 'EAFNOSUPPORT', 'ECONNREFUSED'])(
    'is one that is known: %s',
    (code) => {
      expect(outboundErrorOf(connecting(code))).toMatchObject({ name: 'OutboundError', code: 'connect' })
    },
  )

  it('stays as it is where it is a bug of ours', () => {
    const bug = new TypeError('undefined is not a function')
    expect(outboundErrorOf(bug)).toBe(bug)
  })
})
