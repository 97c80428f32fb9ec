import { z } from 'zod'
import { language, line, slug, time } from '../http/parameters.ts'

const example = {
  slug: 'open-source',
  name: 'Open source',
  names: { en: 'Open source', zh: '开源' },
  aliases: ['foss', 'oss'],
  parent: 'software',
  description: 'Programs whose source anybody may read, change and pass on.',
  articleCount: 42,
  createdAt: '2026-11-01T08:00:00.000Z',
  updatedAt: '2026-11-01T08:00:00.000Z',
}

/** A subject that articles are labelled with. */
export const Tag = z
  .object({
    slug: z.string(),
    name: z.string(),
    names: z.record(z.string(), z.string()).describe('The name by language (BCP 47).'),
    aliases: z.array(z.string()).describe('Other slugs that lead here, with those of tags merged into this.'),
    parent: z.string().nullable().describe('The slug of the tag above it.'),
    description: z.string().nullable(),
    articleCount: z.int().describe('Published articles that carry it or a tag below it.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({
    id: 'Tag',
    description: 'A subject. Asking for a tag finds the articles of the tags below it too.',
    example,
  })
export type Tag = z.infer<typeof Tag>

const members = {
  slug,
  name: line(100),
  names: z.record(language, line(100)).optional().describe('The name by language (BCP 47).'),
  aliases: z.array(slug).max(1000).optional().describe('Other slugs that lead to the tag.'),
  parent: slug.nullish().describe('The slug of the tag above it. Tags stand at most 10 deep.'),
  description: line(2000).nullish(),
}

export const NewTag = z.strictObject(members).meta({
  id: 'NewTag',
  example: {
    slug: example.slug,
    name: example.name,
    names: example.names,
    aliases: example.aliases,
    parent: example.parent,
  },
})
export type NewTag = z.infer<typeof NewTag>

/** A merge patch (RFC 7396): what is absent stays, null clears, and `names` is patched language by language. */
export const TagPatch = z
  .strictObject({
    ...members,
    slug: slug.optional(),
    name: members.name.optional(),
    names: z
      .record(language, line(100).nullable())
      .nullish()
      .describe('Null takes the name of a language away.'),
    aliases: members.aliases.nullable().describe('All of them: those that are left out lead here no longer.'),
  })
  .meta({ id: 'TagPatch', example: { names: { de: 'Freie Software', zh: null }, parent: null } })
export type TagPatch = z.infer<typeof TagPatch>

export const TagMerge = z
  .strictObject({ into: slug.describe('The slug or an alias of the tag that lives on.') })
  .meta({ id: 'TagMerge', example: { into: 'open-source' } })
