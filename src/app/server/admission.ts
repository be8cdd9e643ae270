/** What every request must pass before anything is done for it, and what every answer carries. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { assertOwnOrigin, isLoopback } from './access.ts';
import { nothingHere, Problem } from './problems.ts';
import { composeSecurityHeaders } from './security-headers.ts';
import type { Service } from './service.ts';

/** @throws Problem bad-request, wrong-origin, token-missing, not-allowed, shutting-down, not-found */
export type Admit = (request: FastifyRequest, reply: FastifyReply) => void;

/** Needs no body: what is refused is refused before it is read. */
export function createAdmission(service: Service): Admit {
  const { settings } = service;
  const securityHeaders = composeSecurityHeaders();
  const loopback = isLoopback(settings.host);
  return (request, reply) => {
    reply.headers(securityHeaders);
    reply.header('x-request-id', request.id);
    if (!isStatic(request)) reply.header('cache-control', 'no-store');
    assertOneHost(request);
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
    if (request.is404) throw nothingHere();
  };
}

/** Who stands before this service and who is this service must not read two different names. */
function assertOneHost({ raw }: FastifyRequest): void {
  const { rawHeaders } = raw;
  let hosts = 0;
  // Names and values in turn.
  for (let index = 0; index < rawHeaders.length; index += 2) if (isHost(rawHeaders[index] as string)) hosts += 1;
  // HTTP/1.0 knows no such header, and no browser speaks it.
  if (hosts === 1 || (hosts === 0 && raw.httpVersionMajor === 1 && raw.httpVersionMinor === 0)) return;
  throw new Problem('bad-request', `A request must have one header Host, and this one has ${hosts}`);
}

function isHost(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'host';
}

function isOpen({ is404, routeOptions }: FastifyRequest): boolean {
  return is404 || routeOptions.config.isOpen === true;
}

/** Files of the page say themselves how long they last. */
function isStatic({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/*';
}
