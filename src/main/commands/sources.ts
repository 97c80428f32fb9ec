import { Command } from 'commander'
import { addCommand, fetchCommand, pauseCommand, resumeCommand } from './sources/changing.ts'
import { discoverCommand } from './sources/discovering.ts'
import { exportListCommand, importListCommand } from './sources/lists.ts'
import { listCommand, logCommand, statusCommand } from './sources/watching.ts'

export function sourcesCommand(): Command {
  return new Command('sources')
    .summary('add, list, pause, import and watch sources')
    .description(
      'Works with sources and their feeds, on the database itself. Nothing but discover uses the network: feeds are fetched by the server.',
    )
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(discoverCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(fetchCommand())
    .addCommand(logCommand())
    .addCommand(statusCommand())
    .addCommand(importListCommand())
    .addCommand(exportListCommand())
}
