import { beforeEach, expect, it } from 'vitest'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

onEveryEngine('suggestions', (engine) => {
  let api: Api
  let source: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    source = await addSource(api, { name: 'Quantum Weekly', homeUrl: 'https://www.qweekly.example/' })
    await addTag(api, 'quantum-computing', {
      name: 'Quantum computing',
      names: { zh: '量子计算' },
      aliases: ['qubits'],
    })
    await addTag(api, 'chips', { name: 'Chips', names: { zh: '芯片' } })
    await addArticle(api, source, { title: 'Quantum chips at home', tags: ['chips'] })
    await addArticle(api, source, { title: '量子芯片走进家庭', publishedAt: '2026-11-02T00:00:00Z' })
  })

  async function suggested(typed: string): Promise<string[]> {
    const { status, body } = await api.get(`/v1/search/suggest?q=${encodeURIComponent(typed)}`)
    expect(status).toBe(200)
    return body.data.map(
      (one: { type: string; name?: string; title?: string }) => `${one.type} ${one.name ?? one.title}`,
    )
  }

  it.each([
    ['qua', ['tag Quantum computing', 'source Quantum Weekly', 'article Quantum chips at home']],
    ['QUANTUM c', ['tag Quantum computing']],
    ['quantum chip', ['article Quantum chips at home']],
    ['ho', ['article Quantum chips at home']],
    ['comp', ['tag Quantum computing']],
    ['qub', ['tag Quantum computing']],
    ['qw', ['source Quantum Weekly']],
    ['q', ['tag Quantum computing', 'source Quantum Weekly']],
    ['week', ['source Quantum Weekly']],
    ['量', ['tag Quantum computing', 'article 量子芯片走进家庭']],
    ['計算', ['tag Quantum computing']],
    ['芯片', ['tag Chips', 'article 量子芯片走进家庭']],
    ['zzz', []],
    ['!?', []],
    ['%_\\', []],
  ])('for %j are what begins so', async (typed, expected) => {
    expect(await suggested(typed)).toEqual(expected)
  })

  it('carry the credit of an article', async () => {
    const { data } = (await api.get('/v1/search/suggest?q=quantum chip')).body
    expect(data[0]).toMatchObject({ type: 'article', attribution: { text: 'Quantum Weekly' } })
  })

  it('follow renames, merges and removals', async () => {
    await api.patch('/v1/tags/chips', { body: { name: 'Silicon', names: { zh: null } } })
    expect(await suggested('sili')).toEqual(['tag Silicon'])
    expect(await suggested('芯')).toEqual(['article 量子芯片走进家庭'])
    await api.put('/v1/tags/chips/merge', { body: { into: 'quantum-computing' } })
    expect(await suggested('chi')).toEqual(['tag Quantum computing', 'article Quantum chips at home'])
    await api.delete('/v1/tags/quantum-computing')
    expect(await suggested('chi')).toEqual(['article Quantum chips at home'])
    await api.patch(`/v1/sources/${source}`, { body: { name: 'Atoms' } })
    expect(await suggested('atom')).toEqual(['source Atoms'])
    expect(await suggested('quantum w')).toEqual([])
  })

  it('leave out what is not published', async () => {
    await addArticle(api, source, { title: 'Secret heron', state: 'draft' })
    expect(await suggested('secret')).toEqual([])
  })

  it('are as many as were asked for, those with most articles first', async () => {
    for (let count = 0; count < 9; count++) await addTag(api, `heron-${count}`)
    await addArticle(api, source, { title: 'x', tags: ['heron-7'] })
    const { data } = (await api.get('/v1/search/suggest?q=heron&limit=6')).body
    expect(data.map(({ slug }: { slug: string }) => slug)).toEqual(['heron-7', 'heron-0'])
  })
})
