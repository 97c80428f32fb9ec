import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { z } from 'zod'
import { type Ask, RefusedError } from './asking.ts'

/** One thing that an agent can ask for. */
export type Tool<Input extends z.ZodObject, Output extends z.ZodObject> = {
  name: string
  title: string
  /** Written for a model: what it answers, and when to use it. */
  description: string
  input: Input
  output: Output
  read(ask: Ask, input: z.output<Input>): Promise<z.output<Output>>
  /** The same as a compact text. */
  text(output: z.output<Output>): string
}

/** A tool, whose input and output type what it does. */
export function tool<Input extends z.ZodObject, Output extends z.ZodObject>(
  described: Tool<Input, Output>,
): Tool<Input, Output> {
  return described
}

/** Adds a tool. What the API refuses is told to the agent; anything else that is thrown is `onFault`'s, and told as no more than that. */
export function addTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  server: McpServer,
  { ask, onFault }: { ask: Ask; onFault: (error: unknown) => void },
  { name, title, description, input, output, read, text }: Tool<Input, Output>,
): void {
  // All of them read alone, and from one newsroom: nothing of the open web.
  const annotations = {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  }
  const config = { title, description, inputSchema: input, outputSchema: output, annotations }
  async function answer(given: z.output<Input>) {
    try {
      const result = await read(ask, given)
      return { content: [{ type: 'text' as const, text: text(result) }], structuredContent: result }
    } catch (error) {
      const told = error instanceof RefusedError
      if (!told) onFault(error)
      const message = told
        ? error.message
        : 'The tool failed for a reason of its own. The log of the server has it.'
      return { content: [{ type: 'text' as const, text: message }], isError: true }
    }
  }
  server.registerTool(name, config, answer as never)
}
