/** `pneumoscope serve`: models behind HTTP, with a page. */
import type { Command } from 'commander';
import { budgets } from '../../../base/budgets.ts';
import { PneumoscopeError } from '../../../base/errors.ts';
import { joinWords } from '../../../base/text.ts';
import { devices, type Device } from '../../../engine/runtime/tensor.ts';
import type { ModelSource } from '../../server/model-registry.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import { startAnewWithOneArena } from '../one-arena.ts';
import { toModelFile } from '../model-words.ts';
import type { Output, OutputOptions } from '../output.ts';
import { numberWithin, oneOf, path as pathValue, wholeNumber } from '../values.ts';

interface ServeOptions extends OutputOptions {
  readonly model?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly probePort?: number;
  readonly tokenFile?: string;
  readonly workers?: number;
  readonly device: Device;
  readonly batch: number;
  readonly batchWait: number;
  readonly queue: number;
  readonly maxBodyMb: number;
  readonly maxMegapixels: number;
  readonly maxFiles: number;
  readonly maxConnectionsPerAddress: number;
  readonly timeLimit: number;
  readonly stopLimit: number;
  readonly drain: number;
  readonly log?: boolean;
}

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve models over HTTP, with a page and an API; not for diagnosis')
    .option(
      '--model <file...>',
      'FILE or NAME=FILE, any number; FILE can be a run folder; default: the model of this package',
    )
    .option('--host <address>', 'address to listen on; beyond this machine only with --token-file', '127.0.0.1')
    .option('--port <number>', '0: any free port', wholeNumber('--port', { min: 0, max: 65_535 }), 8080)
    .option(
      '--probe-port <number>',
      'a port for /healthz and /readyz alone, which the connections of users cannot fill',
      wholeNumber('--probe-port', { min: 0, max: 65_535 }),
    )
    .option(
      '--token-file <file>',
      'file of tokens, one per line, each with its role; a request must send one of them',
      pathValue('--token-file'),
    )
    .option(
      '--workers <number>',
      'threads that each process a batch; default: the number of cores',
      wholeNumber('--workers', { min: 1, max: 256 }),
    )
    .option('--device <name>', joinWords(devices, 'or'), oneOf('--device', devices), 'cpu')
    .option('--batch <images>', 'maximum number of images in a batch', wholeNumber('--batch', { min: 1, max: 256 }), 16)
    .option(
      '--batch-wait <ms>',
      'maximum wait of an image for others, while a thread is idle',
      numberWithin('--batch-wait', { min: 0, max: 1000 }),
      0,
    )
    .option(
      '--queue <images>',
      'maximum number of waiting images; above it the answer is 429',
      wholeNumber('--queue', { min: 1, max: 100_000 }),
      budgets.queuedImages.limit,
    )
    .option(
      '--max-body-mb <MiB>',
      'maximum size of a request',
      wholeNumber('--max-body-mb', { min: 1, max: 512 }),
      budgets.requestBytes.limit / 2 ** 20,
    )
    .option(
      '--max-megapixels <number>',
      'maximum size of an image',
      numberWithin('--max-megapixels', { min: 0.001, max: budgets.imagePixels.limit / 1e6 }),
      budgets.servedImagePixels.limit / 1e6,
    )
    .option(
      '--max-files <number>',
      'maximum number of images in a request',
      wholeNumber('--max-files', { min: 1, max: 1000 }),
      budgets.requestFiles.limit,
    )
    .option(
      '--max-connections-per-address <number>',
      'maximum number of connections from one address; a proxy before the service may need more',
      wholeNumber('--max-connections-per-address', { min: 1, max: budgets.connections.limit }),
      budgets.addressConnections.limit,
    )
    .option(
      '--time-limit <seconds>',
      'maximum time for an answer',
      numberWithin('--time-limit', { min: 0.1, max: 3600 }),
      budgets.answerWait.limit / 1000,
    )
    .option(
      '--stop-limit <seconds>',
      'maximum time for the accepted requests after SIGTERM or Ctrl-C',
      numberWithin('--stop-limit', { min: 0, max: 3600 }),
      budgets.stop.limit / 1000,
    )
    .option(
      '--drain <seconds>',
      'time after SIGTERM or Ctrl-C in which new requests get a 503 answer, before connections are refused',
      numberWithin('--drain', { min: 0, max: 3600 }),
      budgets.drain.limit / 1000,
    )
    .option('--log', 'log each request as a line of JSON on standard error, without image, name or address')
    .addHelpText(
      'after',
      `
The command prints an address, which shows the page. Programs use these paths:
  /api/v1/classify     takes posted images
  /api/v1/explain      takes one, and shows where the network looked
  /api/docs            describes the API and lets you try it
  /v2                  tensors or image files, for clients of KServe and Triton
  /metrics             for Prometheus
  /healthz, /readyz    for an orchestrator

Images stay in memory: nothing is written, and the log does not say what was sent. Without --token-file only this
machine can send requests. With it, a request must send 'Authorization: Bearer TOKEN'; the page asks for the token.
The service speaks plain HTTP: put a TLS proxy before it.

A model's name is that of its file, or of its folder if the file is called model.onnx. Two files of one name are two
versions of the model, and the last is the latest. SIGHUP, or a POST to /api/v1/reload, reads all files again.
Requests continue meanwhile. If a new file cannot be used, the old model stays. SIGHUP also reads the file of tokens.

A token may have a role behind it: 'classify' for images, 'reload' for /api/v1/reload, 'metrics' for /metrics. Without
a role it is for everything.

Ctrl-C or SIGTERM stops the service. For --drain seconds /readyz and new requests get a 503 answer, so that a load
balancer sends no more. Accepted requests are answered within --stop-limit seconds; then the service ends, whatever its
threads do. A second signal stops it immediately.

A thread that dies is replaced, and a warning (with --log a line of the log) says why.

At the start and for /readyz, a known image goes through every model. A machine that gets another number is not
ready.

Examples:
  $ pneumoscope serve
  $ curl --data-binary @xray.jpeg -H 'Content-Type: image/jpeg' http://127.0.0.1:8080/api/v1/classify
  $ pneumoscope serve --model runs/first/model.onnx --model better=weights/b.onnx --port 9000
  $ openssl rand -hex 32 > tokens && pneumoscope serve --host 0.0.0.0 --token-file tokens`,
    );
  addOutputOptions(command).action((options: ServeOptions) => {
    startAnewWithOneArena();
    return runCommand(
      options,
      'Start it again when you need it',
      async ({ output, signal }) => {
        const [{ startService }, { readTokens }, { defaultModelSource, parseModelSource }] = await Promise.all([
          import('../../server/serve.ts'),
          import('../../server/access.ts'),
          import('../../server/model-registry.ts'),
        ]);
        const findModel = async (text: string): Promise<ModelSource> => {
          const source = parseModelSource(text);
          return { ...source, path: (await toModelFile(source.path)) ?? source.path };
        };
        const tokens = options.tokenFile === undefined ? null : await readTokens(options.tokenFile);
        const readTokensAgain = async (): Promise<void> => {
          if (options.tokenFile !== undefined) tokens?.replace(await readTokens(options.tokenFile));
        };
        const service = await startService({
          models:
            options.model === undefined ? [defaultModelSource()] : await Promise.all(options.model.map(findModel)),
          host: options.host,
          port: options.port,
          probePort: options.probePort ?? null,
          connectionsPerAddress: options.maxConnectionsPerAddress,
          tokens,
          device: options.device,
          batchSize: options.batch,
          batchWait: options.batchWait,
          queueSize: options.queue,
          bodyBytes: options.maxBodyMb * 2 ** 20,
          memoryBytes: Math.max(budgets.receivedBytes.limit, 4 * options.maxBodyMb * 2 ** 20),
          imagePixels: Math.round(options.maxMegapixels * 1e6),
          filesPerRequest: options.maxFiles,
          timeLimit: options.timeLimit * 1000,
          stopLimit: options.stopLimit * 1000,
          warn: (sentence) => output.warn(sentence),
          log: options.log === true ? { write: (line) => process.stderr.write(`${line}\n`) } : null,
          ...(options.workers === undefined ? {} : { workers: options.workers }),
        });
        const onHangup = (): void => void readAgain(service.reload, readTokensAgain, output);
        process.on('SIGHUP', onHangup);
        try {
          const { url, probeUrl } = service;
          output.result({ url, page: `${url}/`, documentation: `${url}/api/docs`, probes: probeUrl }, () =>
            [
              `Pneumoscope answers at ${url}/ (page), ${url}/api/docs (API).`,
              ...(probeUrl === null ? [] : [`Probes: ${probeUrl}/healthz and ${probeUrl}/readyz.`]),
              'For research and teaching; not a medical device. Ctrl-C stops the service.',
            ].join('\n'),
          );
          await new Promise<void>((resolve) => {
            if (signal.aborted) resolve();
            else signal.addEventListener('abort', () => resolve(), { once: true });
          });
          output.note('Stopping. Accepted requests are answered first.');
        } finally {
          process.off('SIGHUP', onHangup);
          await service.close({ drain: options.drain * 1000 });
        }
      },
      { ownHangup: true },
    );
  });
}

/** Each by itself: a broken model keeps no revoked token alive. */
async function readAgain(
  readModels: () => Promise<readonly unknown[]>,
  readTokens: () => Promise<void>,
  output: Output,
): Promise<void> {
  await attempt('The tokens', readTokens, output);
  await attempt(
    'The model files',
    async () => {
      const models = await readModels();
      output.note(`The model files were read again. Models served: ${models.length}.`);
    },
    output,
  );
}

async function attempt(what: string, work: () => Promise<void>, output: Output): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Whatever went wrong, the service goes on with what it has. A defect shows its stack.
    const reason =
      error instanceof PneumoscopeError ? error.message : error instanceof Error ? error.stack : String(error);
    output.warn(`${what} were read again, but nothing changes: ${reason}`);
  }
}
