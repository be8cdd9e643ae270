/** `/api/docs`: the OpenAPI document as a page on which it can be tried. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { buildOpenApi } from './openapi.ts';

export async function registerDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, { mode: 'static', specification: { document: buildOpenApi() as never } });
  await app.register(fastifySwaggerUi, {
    routePrefix: '/api/docs',
    // Its page writes styles into elements; scripts stay those of its files.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    // Without the bar of the library above it.
    uiConfig: { layout: 'BaseLayout', tryItOutEnabled: true, validatorUrl: null },
    theme: { title: 'Pneumoscope: the API' },
  });
}
