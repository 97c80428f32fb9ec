/** Of a script that takes no options but this: prints what it does, and how to say what of it, and ends. */
export function helpIfAsked(text: string): void {
  if (!process.argv.includes('--help')) return
  console.log(text)
  process.exit()
}
