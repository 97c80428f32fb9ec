import type { readSeedPage } from '../../stories/seed-page.ts'

type Seed = Awaited<ReturnType<typeof readSeedPage>>

/** The page as a Chinese portal would have it: navigation, line of the source, article, credit, related block, footer. */
export function portalPage({ title, source, text, credit, headlines }: Seed): string {
  const channels = ['首页', '科技', '汽车', '数码', '财经'].map(
    (name, at) => `<li><a href="/c/${at}">${name}</a></li>`,
  )
  const paragraphs = text.split('\n\n').map((paragraph) => `<p>&emsp;&emsp;${paragraph}</p>`)
  const links = headlines.map(
    (headline, at) => `<li>• <a href="/post/${9000 + at}.html" title="${headline}">${headline}</a></li>`,
  )
  return `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}_科技_${source}</title>
<meta name="description" content="${text.slice(0, 60)}"><style>.nav{color:red}</style></head><body>
<div class="header"><div class="logo"><a href="/">${source}</a></div><ul class="nav">${channels.join('')}</ul></div>
<div class="wrap"><div class="main"><div class="crumbs"><a href="/">首页</a> &gt; <a href="/c/1">科技</a></div>
<div class="article"><h1 class="title">${title}</h1>
<div class="info"><span>${source}</span> <span class="date">2025年08月11日 09:30</span> <span>阅读 1024</span></div>
<div class="content">${paragraphs.join('\n')}<p class="copyright">${credit}</p></div>
<div class="relates"><div class="relates-title"><h3>相关阅读</h3></div><ul>${links.join('\n')}</ul></div>
</div></div><div class="side"><h3>热门</h3><ul>${channels.join('')}</ul></div></div>
<div class="toc">目录[+]</div><div class="footer"><p>Copyright © ${source} 版权所有</p><a href="/about">关于我们</a></div></body></html>`
}
