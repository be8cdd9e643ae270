/** Gives the framework the declared routes: it checks their queries, and refuses other methods at their addresses. */
import type { FastifyInstance, FastifyReply, FastifySchema, FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { suggest } from '../../base/nearest.ts';
import type { Role } from './access.ts';
import { Problem } from './problems.ts';
import { querySchema, type Route } from './route.ts';
import type { Service } from './service.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** no token is needed, and the service answers while it stops */
    isOpen?: boolean;
    /** that a token must have */
    role?: Role;
  }
}

/** The routes, and a refusal of every other method at their addresses. */
export function registerRoutes(app: FastifyInstance, service: Service, routes: readonly Route[]): void {
  for (const route of routes) {
    const { method, url, needsToken, role = 'classify', pathParameters = {} } = route;
    app.route({
      method,
      url,
      config: { isOpen: !needsToken, role },
      schema: { querystring: querySchema(route), params: z.object(pathParameters) },
      validatorCompiler,
      handler: (request, reply) => route.handle(service, request as never, reply),
    });
  }
  for (const [url, own] of Map.groupBy(routes, (route) => route.url)) {
    const allowed = own.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    refuseAll(app, url, {
      method: app.supportedMethods.filter((method) => !allowed.includes(method)),
      refuse: (reply) => {
        reply.header('allow', allowed.join(', '));
        return new Problem(
          'method-not-allowed',
          `This address takes ${allowed.join(' or ')}, not ${reply.request.method}`,
        );
      },
    });
  }
}

/** What plugins bring into a scope needs no token. */
export function openAll(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, isOpen: true };
  });
}

/** Refuses before a body is read. */
export function refuseAll(
  app: FastifyInstance,
  url: string,
  { method, refuse }: { readonly method: string[]; readonly refuse: (reply: FastifyReply) => Problem },
): void {
  app.route({
    method,
    url,
    config: { isOpen: true },
    onRequest: async (_, reply) => {
      throw refuse(reply);
    },
    handler: () => undefined,
  });
}

/** The framework's type says that it hands over all schemas of a route; it hands over one. */
const validatorCompiler: FastifySchemaCompiler<FastifySchema> = ({ schema: given }) => {
  const schema = given as z.ZodObject;
  return (value: unknown) => {
    const result = schema.safeParse(value);
    if (result.success) return { value: result.data };
    const [issue] = result.error.issues;
    return { error: new Problem('bad-request', describeIssue(issue, Object.keys(schema.shape))) };
  };
};

/** What a client names is cut: an answer stays short. */
const longestName = 100;

function describeIssue(issue: z.core.$ZodIssue | undefined, known: readonly string[]): string {
  if (issue?.code === 'unrecognized_keys') {
    const name = (issue.keys[0] ?? '').slice(0, longestName);
    const hint = suggest(name, known) || (known.length === 0 ? ': it has none' : `: known are ${known.join(', ')}`);
    return `This address has no query parameter '${name}'${hint}`;
  }
  const name = String(issue?.path[0]);
  if (issue?.code === 'invalid_type') return `The query parameter '${name}' is given more than once`;
  return `The query parameter '${name}' has an impossible value (${issue?.message})`;
}
