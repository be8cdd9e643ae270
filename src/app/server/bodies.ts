/**
 * The bodies of requests. None is read before its route asks for it, and it is counted as it arrives: against the limit of one request, and
 * against that of all requests together. What a client announces takes no room from others.
 */
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { pipeline } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { describeBudget } from '../../base/budgets.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { Problem } from './problems.ts';
import type { ServiceSettings } from './settings.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body piece by piece, decoded and counted. May be asked for once. @throws Problem too-large, queue-full, wrong-type, bad-request */
    receive: () => AsyncIterable<Buffer>;
    /** A place for bytes of the body, which are freed once the request is answered. */
    gather: () => GatheredBytes;
  }
}

type BodySettings = Pick<ServiceSettings, 'bodyBytes' | 'memoryBytes'>;

const inflaters: Readonly<Record<string, () => Gunzip | Inflate>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
};

/** What `Content-Encoding` may name. */
const acceptedCodings = 'gzip, deflate';

export function tooLarge(bodyBytes: number): Problem {
  const most = describeBudget({ limit: bodyBytes, unit: 'bytes' });
  return new Problem('too-large', `A request may have ${most} at most; send fewer images at once`);
}

/** Gives requests their `receive`. To be called once all other hooks that refuse a request are there. */
export function registerBodies(app: FastifyInstance, { bodyBytes, memoryBytes }: BodySettings): void {
  let used = 0;
  const held = new WeakMap<FastifyRequest, number>();
  const gathered = new WeakMap<FastifyRequest, GatheredBytes[]>();
  const free = (request: FastifyRequest): void => {
    used -= held.get(request) ?? 0;
    held.delete(request);
    for (const bytes of gathered.get(request) ?? []) bytes.drop();
    gathered.delete(request);
  };

  async function* receive(request: FastifyRequest): AsyncGenerator<Buffer> {
    try {
      for await (const piece of decode(countPieces(request.raw, bodyBytes), request.headers['content-encoding'])) {
        const own = (held.get(request) ?? 0) + piece.length;
        if (own > bodyBytes) throw tooLarge(bodyBytes);
        if (used + piece.length > memoryBytes) {
          throw new Problem(
            'queue-full',
            'The images that are being received fill the memory that is set aside for them; try again later',
            { retryAfter: 1 },
          );
        }
        used += piece.length;
        held.set(request, own);
        yield piece;
      }
    } catch (error) {
      // What was received is of no use any more.
      free(request);
      throw error;
    }
  }

  app.decorateRequest('receive', function (this: FastifyRequest) {
    return receive(this);
  });
  app.decorateRequest('gather', function (this: FastifyRequest) {
    const bytes = new GatheredBytes();
    gathered.set(this, [...(gathered.get(this) ?? []), bytes]);
    return bytes;
  });
  app.addHook('onRequest', async (request, reply) => {
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw tooLarge(bodyBytes);
    // Also where the client goes away in the middle; whoever works for it hears of that first.
    reply.raw.once('close', () => setImmediate(free, request));
  });
}

/** The whole body in one piece. */
export async function receiveWhole(request: FastifyRequest): Promise<Buffer> {
  const bytes = request.gather();
  for await (const piece of request.receive()) bytes.add(piece);
  return bytes.take();
}

async function* countPieces(body: FastifyRequest['raw'], most: number): AsyncGenerator<Buffer> {
  let received = 0;
  try {
    // What is left stays in the stream: to destroy it would close the connection before the answer.
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      received += (piece as Buffer).length;
      if (received > most) throw tooLarge(most);
      yield piece as Buffer;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('bad-request', 'The request was cut short', { cause: error });
  }
}

function decode(pieces: AsyncGenerator<Buffer>, coding: string | undefined): AsyncIterable<Buffer> {
  const name = (coding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return pieces;
  const create = Object.hasOwn(inflaters, name) ? inflaters[name] : undefined;
  if (create !== undefined) return inflate(pieces, name, create());
  throw new Problem(
    'wrong-type',
    `The Content-Encoding ${name.slice(0, 100)} is not read; send the body as it is, or as ${acceptedCodings}`,
    { headers: { 'accept-encoding': acceptedCodings } },
  );
}

/** A little at a time: who asks for no more stops it. */
async function* inflate(
  pieces: AsyncGenerator<Buffer>,
  name: string,
  inflater: Gunzip | Inflate,
): AsyncGenerator<Buffer> {
  pipeline(pieces, inflater, () => {});
  try {
    for await (const piece of inflater) yield piece as Buffer;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('bad-request', `The body is no ${name}, is damaged or was cut short`, { cause: error });
  }
}
