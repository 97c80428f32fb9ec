/** For a program of a test: no setting but these, and where Node keeps what it has compiled, which halves a start. */
export function environment(env: Record<string, string>): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...env }
}
