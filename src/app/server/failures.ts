/** What becomes of an error: a problem of the catalogue, sent so that the client reads it. */
import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { PneumoscopeError } from '../../base/errors.ts';
import { Problem } from './problems.ts';
import type { ServiceSettings } from './settings.ts';
import { imageTypes } from './uploads.ts';

/** What is let go by of a body that is not read, before the connection is closed. */
const drained = { bytes: 64 * 2 ** 20, milliseconds: 5000 } as const;

export function describeBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en-US', { maximumFractionDigits: 1 })} MiB`;
}

/** What the framework and its plugins refuse, by their codes; what the library refuses, by its; anything else is a defect, and is logged. */
export function problemOf(error: FastifyError, request: FastifyRequest, settings: ServiceSettings): Problem {
  if (error instanceof Problem) return error;
  const { bodyBytes, filesPerRequest, log } = settings;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new Problem(
        'too-large',
        `A request may have ${describeBytes(bodyBytes)} at most; send fewer images at once`,
      );
    case 'FST_FILES_LIMIT':
    case 'FST_PARTS_LIMIT':
    case 'FST_FIELDS_LIMIT':
      return new Problem('too-large', `A request may hold ${filesPerRequest} images at most; send fewer at once`);
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
  // A form that ends in the middle is a plain error of its parser.
  if (/unexpected end of|multipart|malformed part|boundary/i.test(error.message)) {
    return new Problem('bad-request', 'The form is malformed or was cut short');
  }
  log?.write(
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
  if (problem.code === 'token-missing') reply.header('www-authenticate', 'Bearer realm="pneumoscope"');
  // What was not read of a body would be taken for the next request.
  if (!(await drain(request.raw))) reply.header('connection', 'close');
  const { type, body } = form(problem);
  return reply.status(problem.status).type(type).send(JSON.stringify(body));
}

/**
 * Lets go by what is still coming: many clients read no answer before they have sent all, and see a broken connection instead.
 *
 * @returns whether all of it came
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
