/** The HTTP application: routes, limits, headers, problems, a line of log for each request. */
import { randomUUID } from 'node:crypto';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import { budgets } from '../../base/budgets.ts';
import { createAdmission } from './admission.ts';
import { registerBodies } from './bodies.ts';
import { connectionOptions, guardConnections } from './connections.ts';
import { documentRoute, registerDocumentation } from './documentation-routes.ts';
import { problemDetails, problemOf, sendProblem } from './failures.ts';
import { probeRoutes } from './health-routes.ts';
import { isProtocolAddress, protocolError, registerInferenceProtocol } from './inference-routes.ts';
import { documentedRoutes } from './openapi.ts';
import { registerPage } from './page-routes.ts';
import { nothingHere, Problem } from './problems.ts';
import { registerRoutes } from './register-routes.ts';
import type { Route } from './route.ts';
import type { Service } from './service.ts';
import { acceptedTypes } from './uploads.ts';

/** Milliseconds for which a connection without a request is kept. */
const keptAlive = 10_000;

/** The application, not listening yet. */
export async function buildApp(service: Service): Promise<FastifyInstance> {
  const app = createApp(service, [...documentedRoutes, documentRoute]);
  registerInferenceProtocol(app, service);
  await registerDocumentation(app);
  await registerPage(app);
  return app;
}

/** For probes alone, which must not wait for the connections of users. */
export function buildProbeApp(service: Service): FastifyInstance {
  return createApp(service, probeRoutes);
}

function createApp(service: Service, routes: readonly Route[]): FastifyInstance {
  const { settings, metrics } = service;
  const admit = createAdmission(service);
  const app = fastify({
    logger: false,
    requestTimeout: budgets.requestWait.limit,
    keepAliveTimeout: keptAlive,
    http: connectionOptions,
    genReqId: () => randomUUID(),
    // Idle connections are closed; what is being answered is answered.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // See guardConnections.
    clientErrorHandler: () => {},
    // Addresses that belong to no route because they cannot be read.
    frameworkErrors: (_, request, reply) => {
      const problem = catchProblem(() => admit(request, reply));
      const form = isProtocolAddress(request.url) ? protocolError : problemDetails;
      void sendProblem(problem ?? unreadableAddress(), form, { request, reply });
    },
  });
  guardConnections(app.server, settings.connectionsPerAddress);
  // JSON and text are no images: without this they would be parsed first.
  app.removeContentTypeParser(['application/json', 'text/plain']);
  // The route reads the body itself, see bodies.ts.
  app.addContentTypeParser(acceptedTypes, (_, __, done) => done(null));

  app.addHook('onRequest', async (request, reply) => admit(request, reply));
  registerBodies(app, settings);
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

  registerRoutes(app, service, routes);
  return app;
}

function unreadableAddress(): Problem {
  return new Problem('bad-request', 'The address is too long or has a % that no two hexadecimal digits follow');
}

function catchProblem(work: () => void): Problem | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
