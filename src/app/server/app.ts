/** The HTTP application: routes, limits, headers, problems, a line of log for each request. */
import { randomUUID } from 'node:crypto';
import fastifyMultipart from '@fastify/multipart';
import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { assertOwnOrigin, isLoopback } from './access.ts';
import { documentRoute, registerDocumentation } from './documentation-routes.ts';
import { describeBytes, problemDetails, problemOf, sendProblem } from './failures.ts';
import { registerInferenceProtocol } from './inference-routes.ts';
import { documentedRoutes } from './openapi.ts';
import { registerPage } from './page-routes.ts';
import { nothingHere, Problem } from './problems.ts';
import { registerRoutes } from './register-routes.ts';
import { composeSecurityHeaders } from './security-headers.ts';
import type { Service } from './service.ts';
import { acceptedTypes } from './uploads.ts';

/** Seconds. Slow senders hold a connection no longer. */
const patience = { headers: 15, request: 120, keepAlive: 10 } as const;

const mostConnections = 2048;

function isOpen({ is404, routeOptions }: FastifyRequest): boolean {
  return is404 || routeOptions.config.isOpen === true;
}

/** The application, not listening yet. */
export async function buildApp(service: Service): Promise<FastifyInstance> {
  const { settings, metrics } = service;
  const app = fastify({
    logger: false,
    bodyLimit: settings.bodyBytes,
    requestTimeout: patience.request * 1000,
    keepAliveTimeout: patience.keepAlive * 1000,
    http: { headersTimeout: patience.headers * 1000 },
    genReqId: () => randomUUID(),
    // Idle connections are closed; what is being answered is answered.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  app.server.maxConnections = mostConnections;
  await app.register(fastifyMultipart, {
    limits: {
      fileSize: settings.bodyBytes,
      files: settings.filesPerRequest,
      fields: 16,
      fieldSize: 4096,
      parts: settings.filesPerRequest + 16,
    },
  });
  // JSON and text are no images: without this they would be parsed first.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(acceptedTypes, { parseAs: 'buffer' }, (_, body, done) => done(null, body));

  const securityHeaders = composeSecurityHeaders();
  const loopback = isLoopback(settings.host);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('x-request-id', request.id);
    if (!isStatic(request)) reply.header('cache-control', 'no-store');
    const { host, origin, authorization, 'sec-fetch-site': fetchSite } = request.headers;
    // A token says who asks, and no other page can send it; a proxy may change the names.
    if (settings.tokens === null) {
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      // Following a link to the page from elsewhere is nobody's attack.
      const from = isRead && isOpen(request) ? {} : { origin, fetchSite: [fetchSite].flat()[0] };
      assertOwnOrigin({ host, origin: undefined, fetchSite: undefined, ...from }, loopback);
    }
    if (!isOpen(request)) settings.tokens?.assertAllowed(authorization, request.routeOptions.config.role ?? 'classify');
    // Whoever keeps the connection would ask again where nobody answers.
    if (service.stopping) reply.header('connection', 'close');
    if (service.stopping && !isOpen(request)) {
      throw new Problem('shutting-down', 'The service is stopping; ask another instance');
    }
    // Before its body is read.
    if (request.is404) throw nothingHere();
  });
  limitMemory(app, service);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const duration = reply.elapsedTime;
    metrics.countRequest(route, request.method, reply.statusCode, duration);
    settings.log?.write(
      JSON.stringify({
        time: new Date().toISOString(),
        request: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        milliseconds: Math.round(duration * 10) / 10,
      }),
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendProblem(problemOf(error, request, settings), problemDetails, { request, reply }),
  );
  app.setNotFoundHandler(() => {
    throw nothingHere();
  });

  registerRoutes(app, service, [...documentedRoutes, documentRoute]);
  registerInferenceProtocol(app, service);
  await registerDocumentation(app);
  await registerPage(app);
  return app;
}

/** Files of the page say themselves how long they last. */
function isStatic({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/*';
}

/** Before a body is read: whether it fits beside all the others. */
function limitMemory(app: FastifyInstance, { settings }: Service): void {
  const { bodyBytes, memoryBytes } = settings;
  let used = 0;
  const held = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return;
    const announced = request.headers['content-length'];
    // A body of unknown length may become as long as is allowed.
    const bytes = announced === undefined ? bodyBytes : Number(announced);
    if (bytes > bodyBytes) {
      throw new Problem(
        'too-large',
        `A request may have ${describeBytes(bodyBytes)} at most; send fewer images at once`,
      );
    }
    if (used + bytes > memoryBytes) {
      throw new Problem('queue-full', 'The images that are being received fill the memory that is set aside for them', {
        retryAfter: 1,
      });
    }
    used += bytes;
    held.set(request, bytes);
    // Also where the client goes away in the middle.
    reply.raw.once('close', () => {
      used -= held.get(request) ?? 0;
      held.delete(request);
    });
  });
}
