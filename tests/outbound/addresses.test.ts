import { describe, expect, it } from 'vitest'
import { isPublicAddress, reachable } from '../../src/outbound/addresses.ts'

describe('a public address', () => {
  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '100.63.255.255',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
  ])('is %s', (ip) => expect(isPublicAddress(ip)).toBe(true))

  it.each([
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared by a carrier', '100.64.0.1'],
    ['shared by a carrier', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local', '169.254.0.1'],
    ['where clouds keep their secrets', '169.254.169.254'],
    ['for protocols', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['benchmarking', '198.18.0.1'],
    ['benchmarking', '198.19.255.255'],
    ['a relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.250'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fd12:3456:789a::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['benchmarking', '2001:2::1'],
    ['unassigned', '4000::1'],
    ['loopback in a mapped address', '::ffff:127.0.0.1'],
    ['loopback in a mapped address', '::ffff:7f00:1'],
    ['loopback in a compatible address', '::127.0.0.1'],
    ['loopback in a translated address', '::ffff:0:127.0.0.1'],
    ['private behind NAT64', '64:ff9b::10.0.0.1'],
    ['private behind NAT64', '64:ff9b::a9fe:a9fe'],
    ['private behind a local NAT64', '64:ff9b:1::10.0.0.1'],
    ['private through 6to4', '2002:0a00:0001::1'],
    ['private through 6to4', '2002:7f00:0001::'],
    ['private through Teredo', '2001:0:53aa:64c:0:0:f5ff:fffe'],
    ['not an address', 'localhost'],
    ['not an address', '127.1'],
    ['not an address', '2130706433'],
    ['not an address', ''],
  ])('is none that is %s: %s', (_why, ip) => expect(isPublicAddress(ip)).toBe(false))

  it('is also one that is public in IPv4 and written in IPv6, as where there is only IPv6', () => {
    expect(isPublicAddress('64:ff9b::1.1.1.1')).toBe(true)
    expect(isPublicAddress('::ffff:1.1.1.1')).toBe(true)
  })
})

describe('what may be reached', () => {
  it('is what the list allows on any port, and next to it only what is public', () => {
    const mayReach = reachable(['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32', '::1'])
    for (const ip of ['10.1.2.3', '::ffff:10.1.2.3', '127.0.0.1', 'fd00:1::5', '::1', '1.1.1.1'])
      expect(mayReach(ip, 80), ip).toBe(true)
    for (const ip of ['10.2.0.1', '127.0.0.2', 'fd00:2::5', '64:ff9b::10.1.2.3', '::10.1.2.3'])
      expect(mayReach(ip, 80), ip).toBe(false)
    expect(mayReach('10.1.2.3', 22)).toBe(true)
  })

  it('is of public addresses the web and what needs no privilege', () => {
    const mayReach = reachable([])
    for (const port of [80, 443, 1024, 8080]) expect(mayReach('1.1.1.1', port)).toBe(true)
    for (const port of [0, 22, 25, 53, 445, 993]) expect(mayReach('1.1.1.1', port)).toBe(false)
  })
})
