/** Starts the service and stops it. */
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { PneumoscopeError, systemErrorCode } from '../../base/errors.ts';
import { isLoopback } from './access.ts';
import type { ModelDescription } from './contract.ts';
import { defaultModelSource } from './model-registry.ts';
import type { Service } from './service.ts';
import { serviceDefaults, type ServiceSettings } from './settings.ts';

export interface RunningService {
  /** where it listens, such as http://127.0.0.1:8080 */
  readonly url: string;
  /** @throws PneumoscopeError; what was served goes on */
  readonly reload: () => Promise<readonly ModelDescription[]>;
  /**
   * Answers what was accepted, within the limit of the settings, then frees everything. May be called twice.
   *
   * @param drain milliseconds in which it goes on listening and answers 503, so that a load balancer learns of it
   */
  readonly close: (options?: { readonly drain?: number }) => Promise<void>;
}

/**
 * Serves models over HTTP.
 *
 * @throws PneumoscopeError E_USAGE: an address beyond this machine without tokens, or one that is taken or not ours; E_NOT_FOUND,
 * E_MODEL_FILE, E_DEVICE
 */
export async function startService(options: Partial<ServiceSettings> = {}): Promise<RunningService> {
  const settings: ServiceSettings = {
    ...serviceDefaults,
    models: [defaultModelSource()],
    workers: availableParallelism(),
    ...options,
  };
  const { host, port, tokens } = settings;
  if (tokens === null && !isLoopback(host)) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${host} can be reached from other machines, so whoever asks must have a token: write one into a file and name it with --token-file`,
    );
  }
  // Loaded here, so that who imports the library and serves nothing does not load the libraries of a server.
  const [{ buildApp }, { Service }] = await Promise.all([import('./app.ts'), import('./service.ts')]);
  const service = await Service.start(settings);
  const app = await buildApp(service);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    await service.close();
    throw new PneumoscopeError('E_USAGE', `${host} port ${port} ${describeListenError(systemErrorCode(error))}`, {
      cause: error,
    });
  }
  const address = app.server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    reload: () => service.reload(),
    close: ({ drain = 0 } = {}) => {
      service.stop();
      closing ??= stop(app, service, drain);
      return closing;
    },
  };
}

/** Milliseconds for refusals to reach who waits, before connections are cut. */
const farewell = 200;

async function stop(app: FastifyInstance, service: Service, drain: number): Promise<void> {
  const { stopLimit } = service.settings;
  const timers = [
    setTimeout(() => service.abandon(), stopLimit),
    setTimeout(() => app.server.closeAllConnections(), stopLimit + farewell),
  ];
  await new Promise((resolve) => setTimeout(resolve, Math.min(drain, stopLimit)));
  // A connection that was busy when the server closed becomes idle later, and its client may keep it for long.
  timers.push(setInterval(() => app.server.closeIdleConnections(), 50));
  try {
    await app.close();
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await service.close();
  }
}

function describeListenError(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'is taken by another program; choose another --port';
  if (code === 'EACCES') return 'is not allowed; choose a --port above 1023';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'is no address of this machine; choose another --host';
  return `cannot be listened on (${code})`;
}
