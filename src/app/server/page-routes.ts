/** `/`: the page, as it was built. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { openAll } from './register-routes.ts';

/** Beside src/ in a checkout that has built it, beside the compiled code in the published package. */
const folders = [new URL('../../web/', import.meta.url), new URL('../../../dist/web/', import.meta.url)].map((url) =>
  fileURLToPath(url),
);

const placeholder = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pneumoscope</title>
<h1>Pneumoscope</h1><p>The service runs. Its page was not built here: <code>npm run build:page</code> does that.</p>
<p><a href="api/docs">The API, to be tried</a></p></html>
`;

/** Its files need no token: the page asks for one itself. */
export async function registerPage(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    openAll(scope);
    await addPage(scope);
  });
}

async function addPage(app: FastifyInstance): Promise<void> {
  const folder = folders.find((path) => existsSync(`${path}/index.html`));
  if (folder === undefined) {
    app.get('/', async (_, reply) => {
      reply.type('text/html; charset=utf-8');
      return placeholder;
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Names of assets hold a digest of their content.
      const lasting = path.includes('/assets/');
      response.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
