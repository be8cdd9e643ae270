/** What happens on a connection before there is a request, or in place of one. */
import { STATUS_CODES } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { budgets } from '../../base/budgets.ts';
import { Problem } from './problems.ts';
import { composeSecurityHeaders } from './security-headers.ts';

/** Milliseconds between looks at who is too slow. */
const checkInterval = 1000;

/** Settings of Node's server. */
export const connectionOptions = {
  headersTimeout: budgets.headerWait.limit,
  connectionsCheckingInterval: checkInterval,
  // A request without it is refused with a reason, as any other.
  requireHostHeader: false,
} as const;

/** @param perAddress connections from one address at most */
export function guardConnections(server: Server, perAddress: number): void {
  server.maxConnections = budgets.connections.limit;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    if (count > perAddress) {
      refuse(
        socket,
        new Problem('queue-full', `Your address has ${perAddress} connections already; close some of them`, {
          retryAfter: 1,
        }),
      );
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(socket, explain(error)));
  // The body may come all the same.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', (_, socket) => refuse(socket, new Problem('bad-request', 'This service is no proxy')));
}

function explain({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('too-slow', 'The request did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem('headers-too-large', 'The headers have more than 16 KiB');
  return new Problem('bad-request', 'The request is not HTTP as it should be');
}

/** There is no request that a framework could answer. */
function refuse(socket: Duplex, problem: Problem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problem.toDetails());
  const headers = {
    ...composeSecurityHeaders(),
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...(problem.retryAfter !== undefined && { 'retry-after': problem.retryAfter }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
