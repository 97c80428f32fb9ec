import { describe, expect, it } from 'vitest'
import { registrableDomain } from '../../src/outbound/hosts.ts'

describe('the site of a host', () => {
  it.each([
    ['news.lighthouse.com', 'lighthouse.com'],
    ['LIGHTHOUSE.com.', 'lighthouse.com'],
    ['a.b.lighthouse.co.uk', 'lighthouse.co.uk'],
    ['tech.lighthouse.com.cn', 'lighthouse.com.cn'],
    ['blog.dukou.github.io', 'dukou.github.io'],
    ['github.io', 'github.io'],
    ['localhost', 'localhost'],
    ['10.0.0.1', '10.0.0.1'],
    ['[::1]', '[::1]'],
    ['xn--fiq228c.com', 'xn--fiq228c.com'],
  ])('of %s is %s', (host, site) => expect(registrableDomain(host)).toBe(site))
})
