import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { describeApi } from '../describe-api.ts'

export function openapiCommand(): Command {
  return new Command('openapi')
    .summary('write the OpenAPI document')
    .description(
      'Writes the OpenAPI 3.1 document of the API, as served at /openapi.json, without starting anything. The same program always writes the same document.',
    )
    .option('--out <file>', 'write to this file instead of stdout')
    .addHelpText(
      'after',
      `
Examples:
  $ newsweave openapi --out openapi/openapi.json
  $ newsweave openapi | npx openapi-typescript /dev/stdin --output api.d.ts`,
    )
    .action(async ({ out }: { out?: string }) => {
      const text = await describeApi()
      if (out === undefined) return void process.stdout.write(text)
      await mkdir(dirname(out), { recursive: true })
      await writeFile(out, text)
    })
}
