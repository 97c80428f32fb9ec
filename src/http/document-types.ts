/** As much of OpenAPI 3.1 as the document is completed by. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  example?: unknown
  [keyword: string]: unknown
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
export type Media = { schema?: Schema; example?: unknown; examples?: Record<string, unknown> }
export type Reference = { $ref: string }
export type Response = {
  description: string
  headers?: Record<string, Reference>
  content?: Record<string, Media>
}
export type Parameter = {
  in: 'path' | 'query' | 'header'
  name: string
  description?: string
  required?: boolean
  style?: string
  explode?: boolean
  schema: Schema
  example?: unknown
}

export type Operation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  deprecated?: boolean
  parameters?: Parameter[]
  requestBody?: { required?: boolean; description?: string; content: Record<string, Media> }
  responses: Record<string, Response | Reference>
  security?: Record<string, string[]>[]
  'x-scopes'?: string[]
  'x-sunset'?: string
}

export type Document = {
  openapi: string
  paths: Record<string, Partial<Record<Method, Operation>>>
  components: {
    schemas: Record<string, Schema>
    responses?: Record<string, Response>
    headers?: Record<string, unknown>
    [kind: string]: unknown
  }
  [member: string]: unknown
}
