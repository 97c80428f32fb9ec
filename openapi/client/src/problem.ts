import type { Problem } from './resources.ts'

/** A failing answer, thrown by `unwrap` and by what iterates. `code` is the end of `problem.type`, such as `not-found`. */
export class ProblemError extends Error {
  readonly problem: Problem
  readonly status: number
  readonly code: string
  readonly response: Response

  constructor(problem: Problem, response: Response) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`)
    this.name = 'ProblemError'
    this.problem = problem
    this.status = response.status
    this.code = problem.type.slice(problem.type.lastIndexOf('/') + 1)
    this.response = response
  }
}

type Answer = { data?: unknown; error?: unknown; response: Response }
type DataOf<A> = A extends { data: infer Data } ? Data : never

/** The body of a good answer; a failing one is thrown as a `ProblemError`. */
export async function unwrap<A extends Answer>(answer: A | PromiseLike<A>): Promise<DataOf<A>> {
  const { data, error, response } = await answer
  if (response.ok) return data as DataOf<A>
  throw new ProblemError(asProblem(error, response), response)
}

/** What stands between may answer something else than a problem document, such as the HTML of a proxy. */
function asProblem(error: unknown, response: Response): Problem {
  if (typeof error === 'object' && error !== null && 'type' in error && 'detail' in error) {
    return error as Problem
  }
  return {
    type: 'about:blank',
    title: response.statusText || 'The request failed',
    status: response.status,
    detail: typeof error === 'string' ? error.slice(0, 500) : '',
    instance: pathOf(response.url),
    requestId: response.headers.get('x-request-id') ?? '',
  }
}

const pathOf = (url: string) => (URL.canParse(url) ? new URL(url).pathname : '')
