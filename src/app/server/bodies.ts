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
    /** The whole body in one piece, decoded and counted; instead of {@link receive}. @throws Problem as it */
    receiveWhole: () => Promise<Buffer>;
    /** A place for bytes of the body, which are freed once the request is answered. */
    gather: () => GatheredBytes;
    /** undefined until the request asks for memory, and once it is answered */
    holding: Holding | undefined;
  }
}

/** What a request holds of the memory for bodies. */
interface Holding {
  bytes: number;
  readonly gathered: GatheredBytes[];
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
  const hold = (request: FastifyRequest): Holding => (request.holding ??= { bytes: 0, gathered: [] });
  const free = (request: FastifyRequest): void => {
    const { holding } = request;
    if (holding === undefined) return;
    request.holding = undefined;
    used -= holding.bytes;
    for (const bytes of holding.gathered) bytes.drop();
  };
  const count = (request: FastifyRequest, { length }: Buffer): void => {
    const holding = hold(request);
    if (holding.bytes + length > bodyBytes) throw tooLarge(bodyBytes);
    if (used + length > memoryBytes) {
      throw new Problem(
        'queue-full',
        'The images that are being received fill the memory that is set aside for them; try again later',
        { retryAfter: 1 },
      );
    }
    used += length;
    holding.bytes += length;
  };

  async function* receive(request: FastifyRequest): AsyncGenerator<Buffer> {
    try {
      const { raw, headers } = request;
      for await (const piece of decode(countPieces(raw, bodyBytes), codingOf(headers))) {
        count(request, piece);
        yield piece;
      }
    } catch (error) {
      // What was received is of no use any more.
      free(request);
      throw error;
    }
  }

  async function receiveWhole(request: FastifyRequest): Promise<Buffer> {
    const bytes = request.gather();
    if (codingOf(request.headers) === 'identity') {
      try {
        await forEachPiece(request.raw, (piece) => {
          count(request, piece);
          bytes.add(piece);
        });
      } catch (error) {
        free(request);
        throw error;
      }
    } else for await (const piece of request.receive()) bytes.add(piece);
    return bytes.take();
  }

  app.decorateRequest('holding', undefined);
  app.decorateRequest('receive', function (this: FastifyRequest) {
    return receive(this);
  });
  app.decorateRequest('receiveWhole', function (this: FastifyRequest) {
    return receiveWhole(this);
  });
  app.decorateRequest('gather', function (this: FastifyRequest) {
    const bytes = new GatheredBytes();
    hold(this).gathered.push(bytes);
    return bytes;
  });
  app.addHook('onRequest', async (request, reply) => {
    if (Number(request.headers['content-length'] ?? 0) > bodyBytes) throw tooLarge(bodyBytes);
    // Also where the client goes away in the middle; whoever works for it hears of that first.
    reply.raw.once('close', () => setImmediate(free, request));
  });
}

/** By events: generators within each other allocate for every piece, and most images are one. */
function forEachPiece(body: FastifyRequest['raw'], take: (piece: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      body.off('data', onPiece).off('end', end).off('error', fail).off('close', fail);
    };
    const end = (): void => {
      settle();
      resolve();
    };
    const fail = (cause?: Error): void => {
      settle();
      reject(cutShort(cause));
    };
    const onPiece = (piece: Buffer): void => {
      try {
        take(piece);
      } catch (error) {
        settle();
        // What is left stays in the stream: to destroy it would close the connection before the answer.
        body.pause();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    if (body.readableEnded) end();
    else if (body.destroyed) fail();
    else body.on('data', onPiece).once('end', end).once('error', fail).once('close', fail);
  });
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
    throw cutShort(error);
  }
}

function cutShort(cause: unknown): Problem {
  return new Problem('bad-request', 'The request was cut short', { cause });
}

function codingOf({ 'content-encoding': coding = '' }: FastifyRequest['headers']): string {
  return coding.trim().toLowerCase() || 'identity';
}

function decode(pieces: AsyncGenerator<Buffer>, name: string): AsyncIterable<Buffer> {
  if (name === 'identity') return pieces;
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
