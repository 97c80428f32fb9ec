const ignorable = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
const slugForm = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}.+#]*(?:-[\p{L}\p{N}\p{M}.+#]+)*$/u
export const maxSlugLength = 80
/** What most slugs are: nothing in it has another form. */
const plainSlug = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/**
 * The form under which a tag is kept and found, whatever the width, case or spacing that was sent: `AI` and `ＡＩ` become `ai`,
 * `Machine Learning` becomes `machine-learning`. What cannot be a slug stays wrong: see `isSlug`.
 */
export function normaliseSlug(text: string): string {
  if (plainSlug.test(text)) return text
  return text
    .normalize('NFKC')
    .replace(ignorable, '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\s_\p{Pd}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
}

/** Whether a normalised text is a slug: letters of any script and digits, `.`, `+` and `#` in them, words joined by `-`. */
export function isSlug(text: string): boolean {
  return slugForm.test(text) && [...text].length <= maxSlugLength
}
