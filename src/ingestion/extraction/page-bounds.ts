/** Far above any page of an article, and far below what a parser needs seconds for. */
export const maxCharacters = 8_000_000
export const maxDepth = 512
export const maxElements = 50_000

export const tooLong = `It is longer than ${maxCharacters} characters.`
export const tooDeep = `Its elements are nested more than ${maxDepth} deep.`
export const tooMany = `It has more than ${maxElements} elements.`
