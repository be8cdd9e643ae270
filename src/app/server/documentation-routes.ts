/** The OpenAPI document, and `/api/docs`: a page on which it can be tried. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { buildOpenApi } from './openapi.ts';
import { openAll } from './register-routes.ts';
import { declareRoute } from './route.ts';

const document = buildOpenApi();

export const documentRoute = declareRoute({
  method: 'GET',
  url: '/api/v1/openapi.json',
  needsToken: false,
  responses: { 200: { description: 'The document.', content: { 'application/json': z.looseObject({}) } } },
  handle: async () => document,
});

/** It tells a client how to ask, so it needs no token. */
export async function registerDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    openAll(scope);
    await scope.register(fastifySwagger, { mode: 'static', specification: { document: document as never } });
    await scope.register(fastifySwaggerUi, {
      routePrefix: '/api/docs',
      uiHooks: {
        // Its links are relative to '/api/docs/'. A proxy may have put more before that, which a relative redirect leaves as it is.
        onRequest: async ({ url }, reply) => {
          if (/\/docs(\?|$)/.test(url)) await reply.redirect('docs/');
        },
      },
      // Its page writes styles into elements; scripts stay those of its files.
      staticCSP:
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      // Without the bar of the library above it.
      uiConfig: { layout: 'BaseLayout', tryItOutEnabled: true, validatorUrl: null },
      theme: { title: 'Pneumoscope: the API' },
    });
  });
}
