/** `pneumoscope serve`: models behind HTTP, with a page. */
import type { Command } from 'commander';
import { PneumoscopeError } from '../../../base/errors.ts';
import type { ModelSource } from '../../server/model-registry.ts';
import { addOutputOptions, runCommand } from '../command.ts';
import { toModelFile } from '../model-words.ts';
import type { Output, OutputOptions } from '../output.ts';
import { numberWithin, oneOf, path as pathValue, wholeNumber } from '../values.ts';

interface ServeOptions extends OutputOptions {
  readonly model?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly workers?: number;
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  readonly batch: number;
  readonly batchWait: number;
  readonly queue: number;
  readonly maxBodyMb: number;
  readonly maxMegapixels: number;
  readonly maxFiles: number;
  readonly timeLimit: number;
  readonly log?: boolean;
}

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('answer over HTTP, with a page for people and an API for programs. Not for the diagnosis of anyone')
    .option(
      '--model <file...>',
      'FILE or NAME=FILE, or a run folder in place of FILE; any number; default: the model of this package',
    )
    .option('--host <address>', 'where it listens; beyond this machine only with --token-file', '127.0.0.1')
    .option('--port <number>', '0: any free one', wholeNumber('--port', { min: 0, max: 65_535 }), 8080)
    .option('--token-file <file>', 'who asks must send one of its tokens, a line each', pathValue('--token-file'))
    .option(
      '--workers <number>',
      'threads that each work on a batch; default: the cores of the machine',
      wholeNumber('--workers', { min: 1, max: 256 }),
    )
    .option('--device <name>', 'cpu, webgpu or cuda', oneOf('--device', ['cpu', 'webgpu', 'cuda']), 'cpu')
    .option('--batch <images>', 'images of a batch at most', wholeNumber('--batch', { min: 1, max: 256 }), 16)
    .option(
      '--batch-wait <ms>',
      'an image waits so long for others at most, while a thread is idle',
      numberWithin('--batch-wait', { min: 0, max: 1000 }),
      0,
    )
    .option(
      '--queue <images>',
      'beyond so many the answer is 429',
      wholeNumber('--queue', { min: 1, max: 100_000 }),
      256,
    )
    .option('--max-body-mb <MiB>', 'of a request', wholeNumber('--max-body-mb', { min: 1, max: 512 }), 32)
    .option('--max-megapixels <number>', 'of an image', numberWithin('--max-megapixels', { min: 0.001, max: 100 }), 25)
    .option('--max-files <number>', 'images of a request', wholeNumber('--max-files', { min: 1, max: 1000 }), 64)
    .option('--time-limit <seconds>', 'for an answer', numberWithin('--time-limit', { min: 0.1, max: 3600 }), 30)
    .option('--log', 'a line of JSON for each request on standard error; no image, name or address is in it')
    .addHelpText(
      'after',
      `
The address that is printed shows the page. Programs post images to /api/v1/classify; /api/docs describes all of it and lets it be tried.
Clients of KServe and Triton find tensors at /v2, Prometheus /metrics, an orchestrator /healthz and /readyz.

Images stay in memory: nothing is written, and no line of log says what was sent. Without --token-file only this machine can ask.
With it who asks sends 'Authorization: Bearer TOKEN'; the page asks for it. Put a TLS proxy before the service: it speaks plain HTTP.

A model is served under its name, which is that of its file, or of its folder where the file is called model.onnx; two files of one name
are two versions of it, and the last is the latest. SIGHUP, or a POST to /api/v1/reload, reads all files again: requests go on meanwhile, and where
a new file cannot be used the old one stays. Ctrl-C or SIGTERM: what was accepted is answered, then it ends. A second one ends it at once.

At its start, and whenever /readyz is asked, a known image goes through every model: a machine that gets another number is not ready.

Examples:
  $ pneumoscope serve
  $ curl --data-binary @xray.jpeg -H 'Content-Type: image/jpeg' http://127.0.0.1:8080/api/v1/classify
  $ pneumoscope serve --model runs/first/model.onnx --model better=weights/b.onnx --port 9000
  $ openssl rand -hex 32 > tokens && pneumoscope serve --host 0.0.0.0 --token-file tokens`,
    );
  addOutputOptions(command).action((options: ServeOptions) => {
    return runCommand(options, 'Start it again when it is needed.', async ({ output, signal }) => {
      const [{ startService }, { readTokens }, { defaultModelSource, parseModelSource }] = await Promise.all([
        import('../../server/serve.ts'),
        import('../../server/access.ts'),
        import('../../server/model-registry.ts'),
      ]);
      const findModel = async (text: string): Promise<ModelSource> => {
        const source = parseModelSource(text);
        return { ...source, path: (await toModelFile(source.path)) ?? source.path };
      };
      const service = await startService({
        models: options.model === undefined ? [defaultModelSource()] : await Promise.all(options.model.map(findModel)),
        host: options.host,
        port: options.port,
        tokens: options.tokenFile === undefined ? null : await readTokens(options.tokenFile),
        device: options.device,
        batchSize: options.batch,
        batchWait: options.batchWait,
        queueSize: options.queue,
        bodyBytes: options.maxBodyMb * 2 ** 20,
        memoryBytes: Math.max(512, 4 * options.maxBodyMb) * 2 ** 20,
        imagePixels: Math.round(options.maxMegapixels * 1e6),
        filesPerRequest: options.maxFiles,
        timeLimit: options.timeLimit * 1000,
        log: options.log === true ? { write: (line) => process.stderr.write(`${line}\n`) } : null,
        ...(options.workers === undefined ? {} : { workers: options.workers }),
      });
      const onHangup = (): void => void reload(service.reload, output);
      process.on('SIGHUP', onHangup);
      try {
        output.result({ url: service.url, page: `${service.url}/`, documentation: `${service.url}/api/docs` }, () =>
          [
            `Pneumoscope answers at ${service.url}/ (page), ${service.url}/api/docs (API).`,
            'Research and teaching, not a medical device. Ctrl-C ends it.',
          ].join('\n'),
        );
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener('abort', () => resolve(), { once: true });
        });
        output.note('Stopping: what was accepted is answered first.');
      } finally {
        process.off('SIGHUP', onHangup);
        await service.close();
      }
    });
  });
}

async function reload(read: () => Promise<readonly unknown[]>, output: Output): Promise<void> {
  try {
    const models = await read();
    output.note(`Read the model files again: ${models.length} served.`);
  } catch (error) {
    // Whatever went wrong, the service goes on with the models it has. A defect shows its stack.
    const what =
      error instanceof PneumoscopeError ? error.message : error instanceof Error ? error.stack : String(error);
    output.warn(`The model files were read again, and all stays as it was: ${what}`);
  }
}
