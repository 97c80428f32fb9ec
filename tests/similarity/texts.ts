import type { Comparable } from '../../src/similarity/reading.ts'

/** Invented. */
export const heron = `Lighthouse Labs has finished the second Heron chip, and says that it needs half the power of the first.
The company showed a board with four of them at its workshop in Tarnvik on Monday, where a small cluster answered questions
about the weather for an hour without a fan. Engineers moved the memory next to the cores, which saves most of the way that
numbers have to travel. Schools and clinics that took part in the trial reported fewer outages than with the earlier boards.
Orders open in spring, and the first boards are meant for libraries that want to keep their catalogues on their own machines.
The price will be announced when the second factory has started, which the company expects before the summer.`

export const chip = `灯塔实验室今天宣布，第二代苍鹭芯片已经完成流片，功耗只有上一代的一半。公司周一在塔恩维克的工坊展示了装有四枚芯片的开发板，
一个小型集群在没有风扇的情况下连续回答了一个小时的天气问题。工程师把内存移到了计算核心旁边，数据要走的路因此短了许多。参加试用的学校
和诊所反映，新板的故障比旧板少。订单将于明年春天开放，首批开发板面向希望把目录保存在自己机器上的图书馆。价格要等第二座工厂投产以后公布，
公司预计在夏天之前。`

export function article(given: Partial<Comparable> & { text: string }): Comparable {
  const sourceId = given.sourceId ?? 'lighthouse'
  return {
    sourceId,
    url: `https://${sourceId}.example/heron-2`,
    canonicalUrl: null,
    title: 'Heron needs half the power of the chip before it',
    language: /\p{Script=Han}/u.test(given.text) ? 'zh' : 'en',
    publishedAt: '2026-11-23T06:00:00.000Z',
    ...given,
  }
}
