/** How the service is set, with what it does unless told otherwise. */
import { budgets } from '../../base/budgets.ts';
import type { Device } from '../../engine/runtime/tensor.ts';
import type { Tokens } from './access.ts';
import type { ModelSource } from './model-registry.ts';

export interface ServiceSettings {
  /** the first answers where a request names none; of one name the last */
  readonly models: readonly ModelSource[];
  readonly host: string;
  /** 0: any free one */
  readonly port: number;
  /** where `/healthz` and `/readyz` are answered too, apart from users' connections; null: nowhere; 0: any free one */
  readonly probePort: number | null;
  /** null: nobody needs one, which only this machine's own addresses allow */
  readonly tokens: Tokens | null;
  /** threads that each work on a batch of their own */
  readonly workers: number;
  readonly device: Device;
  /** images of a batch at most */
  readonly batchSize: number;
  /** milliseconds for which an image waits for others at most, while a thread is idle */
  readonly batchWait: number;
  /** images that wait or are worked on at most */
  readonly queueSize: number;
  /** of one request */
  readonly bodyBytes: number;
  /** of all requests together that are being received or answered, as far as they have arrived */
  readonly memoryBytes: number;
  /** one that is no client but a proxy needs more */
  readonly connectionsPerAddress: number;
  readonly imagePixels: number;
  readonly filesPerRequest: number;
  /** milliseconds */
  readonly timeLimit: number;
  /** a line of JSON for each request, without anything of its content; null: none */
  readonly log: { readonly write: (line: string) => void } | null;
  /** told in a sentence of what an operator must know, such as the death of a thread, where there is no log */
  readonly warn: (sentence: string) => void;
  /** milliseconds after which a stop waits for no answer any more */
  readonly stopLimit: number;
}

export const serviceDefaults = {
  host: '127.0.0.1',
  port: 8080,
  probePort: null,
  tokens: null,
  device: 'cpu',
  batchSize: 16,
  // Under load batches fill up by themselves, while all threads are busy.
  batchWait: 0,
  queueSize: budgets.queuedImages.limit,
  bodyBytes: budgets.requestBytes.limit,
  memoryBytes: budgets.receivedBytes.limit,
  connectionsPerAddress: budgets.addressConnections.limit,
  imagePixels: budgets.servedImagePixels.limit,
  filesPerRequest: budgets.requestFiles.limit,
  timeLimit: budgets.answerWait.limit,
  log: null,
  warn: (sentence) => process.emitWarning(sentence),
  stopLimit: budgets.stop.limit,
} as const satisfies Omit<ServiceSettings, 'models' | 'workers'>;
