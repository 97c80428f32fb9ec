import { z } from 'zod'
import { Failure, type FieldError } from '../shared/failure.ts'
import { wordingOf } from './wording.ts'

/** For all that is read with a schema, wherever that has no words of its own. */
z.config({ customError: wordingOf })

/** Enough to mend a request by. With all of them, the answer could be many times as large as what was sent. */
export const maxErrors = 100

/** zod's issues as field errors; an unknown member is named itself, not its parent. */
export function fieldErrors(error: z.core.$ZodError, place: FieldError['in']): FieldError[] {
  return narrowest(error.issues).flatMap((issue) => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        in: place,
        path: [...path, key].join('.'),
        message: unknownMember(place),
      }))
    }
    return [{ in: place, path: path.join('.'), message: issue.message }]
  })
}

/** Of what is beyond several bounds, such as that of whole numbers and its own, the last says what to send. */
function narrowest(issues: z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const lastOf = new Map(issues.map((issue) => [keyOf(issue), issue]))
  return issues.filter((issue) => !isBound(issue) || lastOf.get(keyOf(issue)) === issue)
}

const isBound = ({ code }: z.core.$ZodIssue) => code === 'too_big' || code === 'too_small'
const keyOf = ({ code, path }: z.core.$ZodIssue) => `${code} ${path.join('.')}`

const unknownMember = (place: FieldError['in']) =>
  place === 'query' ? 'There is no such parameter.' : 'There is no such member.'

/** The failure of a part of the request: 422 for a body, 400 for what cannot be read. */
export function invalidInput(error: z.core.$ZodError, place: FieldError['in']): Failure {
  const errors = fieldErrors(error, place).slice(0, maxErrors)
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
  return new Failure(place === 'body' ? 'validation-failed' : 'bad-request', detail, { errors })
}
