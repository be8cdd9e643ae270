/** Whether whoever asked is still there. */
import type { FastifyReply } from 'fastify';

/** Aborted when the connection closes before the answer is sent, so that what nobody waits for is not begun. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
