import { describe, expect, it } from 'vitest'
import { pageHost, registrableDomain } from '../../src/outbound/hosts.ts'

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

describe('the host of a page', () => {
  it.each([
    ['https://News.Lighthouse.example:8443/a?b#c', 'news.lighthouse.example'],
    ['http://中文.example./', 'xn--fiq228c.example'],
    ['mailto:me@lighthouse.example', undefined],
    ['/a', undefined],
  ])('of %s is %s', (url, host) => expect(pageHost(url)).toBe(host))
})
