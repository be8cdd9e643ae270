/** The OpenAPI 3.1 document, from the declarations of the routes. */
import { z } from 'zod';
import { budgets, describeBudget, type Budget } from '../../base/budgets.ts';
import { programVersion } from '../../base/version.ts';
import { apiRoutes } from './api-routes.ts';
import * as contract from './contract.ts';
import { healthRoutes } from './health-routes.ts';
import { problems } from './problems.ts';
import { problemsOf, querySchema, type Content, type Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
}

type RenderedContent = Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  readonly security?: readonly Json[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: RenderedContent };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: RenderedContent }>>;
}

export interface OpenApiDocument extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
}

/** All routes that the document lists, in its order. */
export const documentedRoutes: readonly Route[] = [...apiRoutes, ...healthRoutes];

/** The whole document, ready to be sent. */
export function buildOpenApi(): OpenApiDocument {
  const byUrl = Map.groupBy(documentedRoutes, ({ url }) => url);
  const renderOperations = (routes: readonly Route[]): Readonly<Record<string, Operation>> =>
    Object.fromEntries(routes.map((route) => [route.method.toLowerCase(), renderOperation(route)]));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pneumoscope',
      version: programVersion(),
      summary: 'What a convolutional network sees in chest X-rays.',
      description: renderDescription(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Seen from the document, whose addresses are /api/v1/openapi.json and /api/docs/json: a proxy may put a path before them.
    servers: [{ url: '../..' }],
    security: [{}, { token: [] }],
    paths: Object.fromEntries([...byUrl].map(([url, routes]) => [url, renderOperations(routes)])),
    components: {
      schemas: renderComponents(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** Markdown, as the format allows. */
function renderDescription(): string {
  const rows = Object.values<Budget>(budgets)
    .filter(({ status }) => status !== null)
    .map((budget) => {
      const setting = budget.setting === null ? '' : ` (default of \`serve ${budget.setting}\`)`;
      return `- ${budget.what}: ${describeBudget(budget)}${setting}, else ${budget.status}`;
    });
  return [
    `${contract.noticeText} Images stay in memory: they are neither written nor logged, and go nowhere else.`,
    `What is accepted at most, and the status that answers more:\n\n${rows.join('\n')}`,
  ].join('\n\n');
}

function renderOperation(route: Route): Operation {
  const { documentation, needsToken, body } = route;
  if (documentation === undefined) throw new TypeError(`${route.url} is not documented`);
  const { tag, ...words } = documentation;
  const parameters = renderParameters(route);
  return {
    ...words,
    tags: [tag],
    ...(needsToken ? {} : { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: renderContent(body, 'input') } }),
    responses: renderResponses(route),
  };
}

function renderParameters(route: Route): readonly Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(querySchema(route), { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', ...schema } = property as z.core.JSONSchema.JSONSchema;
    return { name, in: 'query', required: required.includes(name), description, schema };
  });
}

/** What a route answers, then each status that its problems have. */
function renderResponses(route: Route): Operation['responses'] {
  const failures = Map.groupBy(problemsOf(route), (code) => problems[code].status);
  return Object.fromEntries([
    ...Object.entries(route.responses).map(([status, { description, content }]) => [
      status,
      { description, content: renderContent(content, 'output') },
    ]),
    ...[...failures].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${problems[code].title} (${code})`).join('; '),
        content: renderContent({ 'application/problem+json': contract.problemSchema }, 'output'),
      },
    ]),
  ]) as Operation['responses'];
}

function renderContent(content: Content, io: 'input' | 'output'): RenderedContent {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [type, { schema: renderSchema(schema, io) }]),
  );
}

const addressOf = (id: string): string => `#/components/schemas/${id}`;

/** A schema with a name of its own stands among the components. */
function renderSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = schema.meta()?.id;
  if (id !== undefined) return { $ref: addressOf(id) };
  const { $schema: _, ...rendered } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rendered;
}

/** Every schema of the contract that has a name, in alphabetical order. */
function renderComponents(): Json {
  const registry = z.registry<{ id: string }>();
  for (const schema of Object.values(contract)) {
    const id = schema instanceof z.ZodType ? schema.meta()?.id : undefined;
    if (id !== undefined) registry.add(schema as z.ZodType, { id });
  }
  const { schemas } = z.toJSONSchema(registry, { uri: addressOf });
  return Object.fromEntries(
    Object.entries(schemas)
      .map(([id, { $schema: _, $id: __, ...schema }]): [string, Json] => [id, schema])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
