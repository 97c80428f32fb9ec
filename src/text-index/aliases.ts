export function aliasesOf(_terms: string[]): string[][] {
  return []
}
