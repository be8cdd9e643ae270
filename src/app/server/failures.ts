/** What becomes of an error: a problem of the catalogue, sent so that the client reads it. */
import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PneumoscopeError } from '../../base/errors.ts';
import { Problem } from './problems.ts';
import type { ServiceSettings } from './settings.ts';
import { imageTypes } from './uploads.ts';

/** What is let go by of a body that is not read, before the connection is closed. */
const drained = { bytes: 64 * 2 ** 20, milliseconds: 5000 } as const;

/** What the framework and its plugins refuse, by their codes; what the library refuses, by its; anything else is a defect, and is logged. */
export function problemOf(error: FastifyError, request: FastifyRequest, settings: ServiceSettings): Problem {
  if (error instanceof Problem) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new Problem(
        'wrong-type',
        `The Content-Type must be one of ${imageTypes.join(', ')} and multipart/form-data`,
      );
    default:
  }
  const known = error instanceof PneumoscopeError ? Problem.fromError(error) : undefined;
  if (known !== undefined) return known;
  const status = error.statusCode ?? 500;
  if (status === 413) return new Problem('too-large', 'The request is too large');
  if (status >= 400 && status < 500) return new Problem('bad-request', 'The request is malformed or was cut short');
  settings.log?.write(
    JSON.stringify({ time: new Date().toISOString(), request: request.id, defect: error.stack ?? error.message }),
  );
  return new Problem('internal', `This is a defect of pneumoscope; its log has more under request ${request.id}`);
}

/** How a problem is written: RFC 9457, or in the words of another protocol. */
export type ProblemForm = (problem: Problem) => { readonly type: string; readonly body: unknown };

export const problemDetails: ProblemForm = (problem) => ({
  type: 'application/problem+json',
  body: problem.toDetails(),
});

export async function sendProblem(
  problem: Problem,
  form: ProblemForm,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  if (problem.retryAfter !== undefined) reply.header('retry-after', problem.retryAfter);
  reply.headers(problem.headers);
  if (problem.code === 'token-missing') reply.header('www-authenticate', 'Bearer realm="pneumoscope"');
  const { raw } = request;
  const endsWithAnswer = !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close';
  // Most clients hear of the refusal at once. One whose connection ends with it must have sent all before, or the end would reach it first.
  if (endsWithAnswer) await drain(raw);
  else {
    void drain(raw).then((isWhole) => {
      if (!isWhole) raw.socket.destroy();
    });
  }
  const { type, body } = form(problem);
  return reply.status(problem.status).type(type).send(JSON.stringify(body));
}

/**
 * Lets go by what is still coming: many clients read no answer before they have sent all, and see a broken connection instead.
 *
 * @returns whether all of it came; otherwise its rest would be taken for the next request
 */
function drain(body: IncomingMessage): Promise<boolean> {
  if (body.complete) return Promise.resolve(true);
  return new Promise((resolve) => {
    let passed = 0;
    const end = (): void => {
      clearTimeout(timer);
      body.off('data', count).off('close', end);
      resolve(body.complete);
    };
    const count = (piece: Buffer): void => {
      passed += piece.length;
      if (passed > drained.bytes) end();
    };
    const timer = setTimeout(end, drained.milliseconds);
    // 'close' comes behind 'end' too.
    body.on('data', count).once('close', end).once('end', end);
    body.resume();
  });
}
