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
  /** where probes are answered apart from users; null: nowhere else */
  readonly probeUrl: string | null;
  /** @throws PneumoscopeError; what was served goes on */
  readonly reload: () => Promise<readonly ModelDescription[]>;
  /**
   * Answers what was accepted, within the limit of the settings, then frees everything. May be called twice.
   *
   * @param options.drain milliseconds in which it goes on listening and answers 503, so that a load balancer learns of it
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
  const settings = completeSettings(options);
  const { host, port, probePort, tokens } = settings;
  if (tokens === null && !isLoopback(host)) {
    throw new PneumoscopeError(
      'E_USAGE',
      `${host} can be reached from other machines, so whoever asks must have a token: write one into a file and name it with --token-file`,
    );
  }
  // Loaded here, so that who imports the library and serves nothing does not load the libraries of a server.
  const [{ buildApp, buildProbeApp }, { Service }] = await Promise.all([import('./app.ts'), import('./service.ts')]);
  const service = await Service.start(settings);
  const apps = [await buildApp(service)];
  const urls: string[] = [];
  if (probePort !== null) apps.push(buildProbeApp(service));
  try {
    for (const [index, app] of apps.entries())
      urls.push(await listen(app, host, index === 0 ? port : (probePort ?? 0)));
  } catch (error) {
    for (const app of apps) await app.close();
    await service.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    url: urls[0] as string,
    probeUrl: urls[1] ?? null,
    reload: () => service.reload(),
    close: ({ drain = 0 } = {}) => {
      service.stop();
      closing ??= stop(apps, service, drain);
      return closing;
    },
  };
}

function completeSettings(options: Partial<ServiceSettings>): ServiceSettings {
  const settings: ServiceSettings = {
    ...serviceDefaults,
    models: [defaultModelSource()],
    workers: availableParallelism(),
    ...options,
  };
  // More than the queue takes could never be answered, so nobody is told to send them.
  return { ...settings, filesPerRequest: Math.min(settings.filesPerRequest, settings.queueSize) };
}

/** @returns the address @throws PneumoscopeError E_USAGE */
async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new PneumoscopeError('E_USAGE', `${host} port ${port} ${describeListenError(systemErrorCode(error))}`, {
      cause: error,
    });
  }
  const { port: own } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${own}`;
}

/** Milliseconds for refusals to reach who waits, before connections are cut. */
const farewell = 200;

async function stop(apps: readonly FastifyInstance[], service: Service, drain: number): Promise<void> {
  const { stopLimit } = service.settings;
  const timers = [
    setTimeout(() => service.abandon(), stopLimit),
    setTimeout(() => apps.forEach((app) => app.server.closeAllConnections()), stopLimit + farewell),
  ];
  await new Promise((resolve) => setTimeout(resolve, Math.min(drain, stopLimit)));
  // A connection that was busy when the server closed becomes idle later, and its client may keep it for long.
  timers.push(setInterval(() => apps.forEach((app) => app.server.closeIdleConnections()), 50));
  try {
    await Promise.all(apps.map((app) => app.close()));
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
