// The description of the service that programs read: OpenAPI 3.1, its schemas those that requests are checked by.

import { z } from 'zod'
import { forms } from './forms.js'
import { motionTypes } from './read_motion.js'
import { endLine, errorLine, frameLine, generateRequest, health, modelList, problem, startLine, translation } from './schemas.js'

const schemas = {
  GenerateRequest: generateRequest,
  Start: startLine,
  Frame: frameLine,
  End: endLine,
  StreamError: errorLine,
  Translation: translation,
  Models: modelList,
  Health: health,
  Problem: problem,
}

const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` })
const json = (name: keyof typeof schemas) => ({ 'application/json': { schema: ref(name) } })
const answer = (description: string, content: object = json('Problem')) => ({ description, content })
const refusals = {
  400: answer('The request is not as it should be; the message says what was wanted and what was got'),
  401: answer('The service wants a token: Authorization: Bearer TOKEN'),
  413: answer('The body is too large'),
  415: answer('The body is of another media type'),
  429: { ...answer('The queue is full'), headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds' } } },
  500: answer('The model or the service failed'),
  503: answer('The answer took too long, the device was lost, or the service is stopping'),
}

const line = { oneOf: (['Start', 'Frame', 'End', 'StreamError'] as const).map(ref) }
/** What each form is described by: a line of a stream, text, or bytes. */
const motionContent = Object.fromEntries(
  forms.map(({ type, encode }) => [
    type,
    { schema: encode ? { type: 'string', ...(type === 'application/json' ? {} : { format: 'binary' }) } : line },
  ]),
)

/** The document, for a service of this version; with `secured`, it wants a token. */
export function openApi(version: string, secured: boolean): object {
  return {
    openapi: '3.1.0',
    info: { title: 'signllm', version, description: 'Sign-language production over HTTP.' },
    ...(secured && { security: [{ token: [] }] }),
    paths: {
      '/v1/generate': {
        post: {
          summary: 'A sentence as signing: frames as they are made, or a finished file',
          requestBody: { required: true, content: json('GenerateRequest') },
          responses: {
            200: answer('The motion, in the form asked for by Accept or format', motionContent),
            ...refusals,
            404: answer('No such model or language'),
            406: answer('No form that is accepted can be made'),
          },
        },
      },
      '/v1/translate': {
        post: {
          summary: 'A motion as text, where a model that reads motion is loaded',
          requestBody: {
            required: true,
            content: Object.fromEntries(motionTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
          },
          responses: {
            200: answer('What is signed', json('Translation')),
            ...refusals,
            404: answer('No model that reads motion is loaded'),
          },
        },
      },
      '/v1/models': { get: { summary: 'The models that are loaded', responses: { 200: answer('Models and forms', json('Models')) } } },
      '/healthz': {
        get: {
          security: [],
          summary: 'Whether the service can work',
          responses: { 200: answer('It can', json('Health')), 503: answer('Not now', json('Health')) },
        },
      },
      '/metrics': {
        get: { summary: 'Counters for Prometheus', responses: { 200: answer('Text', { 'text/plain': { schema: { type: 'string' } } }) } },
      },
      '/openapi.json': {
        get: {
          security: [],
          summary: 'This document',
          responses: { 200: answer('OpenAPI 3.1', { 'application/json': { schema: { type: 'object' } } }) },
        },
      },
    },
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)])),
      ...(secured && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  }
}

/** OpenAPI 3.1 has the dialect of JSON Schema that zod writes. */
function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input' })
  return described
}
