import { expect, it } from 'vitest'
import { linksInHeader } from '../../src/outbound/link-header.ts'

const base = 'https://lighthouse.example/feed.xml'

it.each([
  ['<https://hub.example/>; rel="hub"', ['https://hub.example/']],
  ['<https://hub.example/>;rel=hub', ['https://hub.example/']],
  ['</a>; title="one, two"; rel="self HUB"', ['https://lighthouse.example/a']],
  [
    '</a,b>; rel=self, </c>; rel=hub, </d>; rel=hub',
    ['https://lighthouse.example/c', 'https://lighthouse.example/d'],
  ],
  ['</a>; rel=hub; anchor="/other"', []],
  ['<javascript:alert(1)>; rel=hub', []],
  ['hub', []],
  [undefined, []],
])('the hubs in %j are %j', (header, links) => expect(linksInHeader(header, 'hub', base)).toEqual(links))
