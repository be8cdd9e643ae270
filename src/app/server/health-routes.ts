/** For whoever watches the service: is it alive, is it ready, what has it done. */
import type { FastifyInstance } from 'fastify';
import type { Service } from './service.ts';

export function registerHealth(app: FastifyInstance, service: Service): void {
  app.get('/healthz', async (_, reply) => {
    reply.type('text/plain');
    return 'ok\n';
  });
  app.get('/readyz', async (_, reply) => {
    const readiness = await service.testSelf();
    // A stopping service is told so at once, whatever the last test said.
    const ready = readiness.ready && !service.stopping;
    reply.status(ready ? 200 : 503);
    return ready ? readiness : { ...readiness, ready };
  });
  app.get('/metrics', async (_, reply) => {
    reply.type(service.metrics.contentType);
    return service.metrics.render();
  });
}
