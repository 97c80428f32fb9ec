import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { type SettingName, settings } from '../../src/main/config.ts'
import { program } from '../../src/main/program.ts'
import { newsweave } from '../support/newsweave.ts'

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
const commands = leaves(program())
const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()

/** The whole help of a command, as one line so that its line breaks do not matter. */
function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) })
  command.outputHelp()
  return help.replace(/\s+/g, ' ')
}

describe('the command line', () => {
  it('has every command', () => {
    expect(commands.map(nameOf).sort()).toEqual([
      'backup',
      'changes follow',
      'export',
      'import',
      'key create',
      'key list',
      'key revoke',
      'mcp',
      'migrate',
      'openapi',
      'reindex',
      'relate',
      'restore',
      'sources add',
      'sources discover',
      'sources export',
      'sources fetch',
      'sources import',
      'sources list',
      'sources log',
      'sources pause',
      'sources resume',
      'sources status',
      'start',
      'verify',
    ])
  })

  it.each(commands.map((command) => [nameOf(command), command] as const))(
    'explains "%s" with examples',
    (name, command) => {
      const help = helpOf(command)
      expect(help).toContain(`Examples: $ newsweave ${name}`)
      expect(command.description().length).toBeGreaterThan(40)
      for (const option of command.options) expect(option.description, option.flags).not.toBe('')
    },
  )

  it('tells of every setting in the help of "start"', () => {
    const help = helpOf(commands.find((command) => command.name() === 'start') as Command)
    for (const name of Object.keys(settings) as SettingName[]) {
      const setting: { flag?: string; variable?: string; help: string } = settings[name]
      if (setting.flag) expect(help).toContain(setting.flag)
      if (setting.variable) expect(help).toContain(setting.variable)
      expect(help).toContain(setting.help)
    }
  })

  it('answers 0 for help, and 2 with the reason where it is used wrongly', async () => {
    const help = newsweave(['import', '--help'])
    const unknown = newsweave(['frobnicate'])
    const wrongSetting = newsweave(['start'], { env: { READ_ACCESS: 'perhaps' } })
    expect(await help.ended).toBe(0)
    expect(help.stdout()).toContain('NDJSON')
    expect(await unknown.ended).toBe(2)
    expect(unknown.stderr()).toContain("unknown command 'frobnicate'")
    expect(await wrongSetting.ended).toBe(2)
    expect(wrongSetting.stderr()).toMatch(/^READ_ACCESS=perhaps: expected open or key/)
    expect(wrongSetting.stdout()).toBe('')
  })

  it.each([[['--help']], [['export', '--help']], [['openapi']], [['migrate']]])(
    'says nothing of a reader that has seen enough of %s',
    async (args) => {
      const command = newsweave(args)
      command.process.stdout.destroy()
      expect(await command.ended).toBe(0)
      expect(command.stderr()).toBe('')
    },
  )
})
