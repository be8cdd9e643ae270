/**
 * Requests that come as patients do: independently of each other (a Poisson process), whether the ones before are answered or not. The sender
 * shares the machine with what it measures, so it does as little as it can: in a process of its own, where nothing else leaves anything to
 * clean up, it writes whole requests to sockets, which takes half of the processor time of `node:http`; and of an answer it reads where it ends.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RandomGenerator } from '../../src/base/random.ts';

export interface RandomSending {
  readonly url: string;
  readonly contentType: string;
  readonly bodies: readonly Uint8Array[];
  /** requests a second, in the mean */
  readonly rate: number;
  readonly seconds: number;
  /** of the times between requests */
  readonly seed: number;
}

/** What the sender's process says. */
type Report = { readonly times: readonly number[] } | { readonly problem: string };

/**
 * @returns milliseconds from when each request was due to the last byte of its answer, ascending
 * @throws Error where an answer is not a 200
 */
export async function sendAtRandom(sending: RandomSending): Promise<readonly number[]> {
  const sender = fork(import.meta.filename, { serialization: 'advanced' });
  const ended = once(sender, 'exit');
  const report = new Promise<Report>((resolve) => {
    sender.once('message', (message: Report) => resolve(message));
    sender.once('exit', (code) => resolve({ problem: `the sender ended with code ${code}` }));
  });
  sender.send(sending);
  const said = await report;
  await ended;
  if ('problem' in said) throw new Error(said.problem);
  return said.times;
}

if (import.meta.main && process.send !== undefined) {
  process.once('message', (sending: RandomSending) => {
    const report = (said: Report): void => void process.send?.(said, () => process.disconnect());
    send(sending).then(
      (times) => report({ times }),
      (error: unknown) => report({ problem: String(error) }),
    );
  });
}

async function send(sending: RandomSending): Promise<readonly number[]> {
  const { bodies, rate, seconds } = sending;
  const requests = bodies.map((body) => composeRequest(sending, body));
  const random = new RandomGenerator(sending.seed, 0xa7);
  const connections = new Connections(new URL(sending.url));
  const times: number[] = [];
  const sent: Promise<void>[] = [];
  const begin = performance.now();
  try {
    for (let due = begin; due < begin + seconds * 1000; due += (-1000 * Math.log(1 - random.next())) / rate) {
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const request = requests[sent.length % requests.length] as Buffer;
      const answered = connections.ask(request).then(() => {
        times.push(performance.now() - due);
      });
      // Looked at in the end; until then a failure is nobody's.
      answered.catch(() => {});
      sent.push(answered);
    }
    await Promise.all(sent);
  } finally {
    connections.close();
  }
  return times.toSorted((a, b) => a - b);
}

function composeRequest({ url, contentType }: RandomSending, body: Uint8Array): Buffer {
  const { pathname, host } = new URL(url);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** As many as there are requests at once; the one used last is used next, so the others may be closed by the service. */
class Connections {
  readonly #url: URL;
  readonly #all = new Set<Socket>();
  readonly #idle: Socket[] = [];

  constructor(url: URL) {
    this.#url = url;
  }

  async ask(request: Buffer): Promise<void> {
    const socket = await this.#take();
    await new Promise<void>((resolve, reject) => {
      let answer = '';
      const settle = (error?: Error): void => {
        socket.off('data', read).off('error', settle).off('close', cutOff);
        if (error !== undefined) reject(error);
        else {
          this.#idle.push(socket);
          resolve();
        }
      };
      const cutOff = (): void => settle(new Error('the service closed the connection before it answered'));
      const read = (piece: Buffer): void => {
        answer += piece.toString('latin1');
        const end = findEnd(answer);
        if (end === undefined || answer.length < end) return;
        settle(answer.startsWith('HTTP/1.1 200 ') ? undefined : new Error(`not answered: ${answer.split('\r\n')[0]}`));
      };
      socket.on('data', read).on('error', settle).on('close', cutOff);
      socket.write(request);
    });
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
  }

  async #take(): Promise<Socket> {
    for (let socket = this.#idle.pop(); socket !== undefined; socket = this.#idle.pop()) {
      if (socket.writable) return socket;
    }
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true });
    this.#all.add(socket);
    socket.once('close', () => this.#all.delete(socket));
    await once(socket, 'connect');
    // Nothing more comes after the other side's end; an error of an idle connection concerns nobody.
    socket.once('end', () => socket.destroy()).on('error', () => socket.destroy());
    return socket;
  }
}

/** @returns the length of a whole answer; undefined while its head is not whole */
function findEnd(answer: string): number | undefined {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /^content-length: *(\d+)/im.exec(answer.slice(0, head))?.[1];
  if (length === undefined) throw new Error('the service answered without a length');
  return head + 4 + Number(length);
}
