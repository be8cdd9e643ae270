/** For whoever watches the service: is it alive, is it ready, what has it done. */
import { z } from 'zod';
import { endSentence } from '../../base/text.ts';
import { readinessSchema } from './contract.ts';
import { declareRoute, type Route } from './route.ts';

const readiness = (description: string) => ({ description, content: { 'application/json': readinessSchema } }) as const;
const text = (description: string) => ({ description, content: { 'text/plain': z.string() } }) as const;

export const healthRoutes: readonly Route[] = [
  declareRoute({
    method: 'GET',
    url: '/readyz',
    documentation: {
      operationId: 'readiness',
      tag: 'health',
      summary: 'Whether every model gets the known number of a known image',
    },
    needsToken: false,
    responses: { 200: readiness('Ready.'), 503: readiness('Not ready.') },
    async handle(service, _, reply) {
      const result = await service.testSelf();
      // A stopping service is told so at once, whatever the last test said.
      const ready = result.ready && !service.stopping;
      reply.status(ready ? 200 : 503);
      return { ...result, ready, detail: endSentence(result.detail) };
    },
  }),
  declareRoute({
    method: 'GET',
    url: '/healthz',
    documentation: {
      operationId: 'liveness',
      tag: 'health',
      summary: 'Whether the service answers and has threads that work',
    },
    needsToken: false,
    responses: { 200: text('It does.'), 503: text('All of its threads died, and none could be started yet.') },
    async handle({ alive }, _, reply) {
      reply.type('text/plain').status(alive ? 200 : 503);
      return alive ? 'ok\n' : 'no thread\n';
    },
  }),
  declareRoute({
    method: 'GET',
    url: '/metrics',
    documentation: { operationId: 'metrics', tag: 'health', summary: 'Counters for Prometheus' },
    needsToken: true,
    role: 'metrics',
    responses: { 200: text('Its text format.') },
    async handle({ metrics }, _, reply) {
      reply.type(metrics.contentType);
      return metrics.render();
    },
  }),
];

/** What an orchestrator asks again and again. */
export const probeRoutes = healthRoutes.filter(({ needsToken }) => !needsToken);
