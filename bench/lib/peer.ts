/** Runs another program of bench/peers/ as a child process and reads the JSON that it prints. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { z } from 'zod';

/** The exit status by which a peer says that the library it measures is not installed. */
const missingStatus = 3;
const missingSchema = z.object({ missing: z.string() });
const errorSchema = z.object({ error: z.string() });
const peersFolder = join(import.meta.dirname, '../peers');

/** `missing`: the peer's library or Python itself is not installed; the reason is one sentence for the reader. */
export type PeerResult<T> =
  | { readonly status: 'measured'; readonly value: T }
  | { readonly status: 'missing'; readonly reason: string };

export interface PeerOptions {
  /** the Pythons to try, in order; by default $PYTHON, or else python3 of the path, then Debian's own */
  readonly pythons?: readonly string[];
  readonly timeoutSeconds?: number;
}

// Debian's libraries belong to Debian's Python, and another python3 may stand before it in the path.
const defaultPythons = process.env['PYTHON'] === undefined ? ['python3', '/usr/bin/python3'] : [process.env['PYTHON']];

async function firstFound<T>(
  pythons: readonly string[],
  attempt: (python: string) => Promise<PeerResult<T>>,
): Promise<PeerResult<T>> {
  let reason = 'no Python to try was named';
  for (const python of pythons) {
    const result = await attempt(python);
    if (result.status === 'measured') return result;
    reason = result.reason;
  }
  return { status: 'missing', reason };
}

/**
 * Runs a peer once, with `--json` appended.
 *
 * @param script a file name in bench/peers/
 * @throws Error when the peer fails, runs past its time, or prints what the schema does not accept
 */
export function runPeer<T>(
  script: string,
  args: readonly string[],
  schema: z.ZodType<T>,
  { pythons = defaultPythons, timeoutSeconds = 600 }: PeerOptions = {},
): Promise<PeerResult<T>> {
  const command = [join(peersFolder, script), ...args, '--json'];
  return firstFound(pythons, async (python) => {
    const { status, stdout, stderr } = await execute(python, command, timeoutSeconds);
    if (status === 'ENOENT') return { status: 'missing', reason: `${python} is not installed` };
    if (status === missingStatus) {
      return { status: 'missing', reason: missingSchema.parse(JSON.parse(stdout)).missing };
    }
    if (status !== 0) throw new Error(`${script} ended with ${String(status)}: ${stderr.trim().slice(-2000)}`);
    return { status: 'measured', value: schema.parse(JSON.parse(stdout)) };
  });
}

interface Ending {
  /** exit status, signal, or the code of the error that kept it from starting */
  readonly status: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(program: string, args: readonly string[], timeoutSeconds: number): Promise<Ending> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: timeoutSeconds * 1000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
    });
  });
}

export const pytorchHead = z.object({
  peer: z.literal('pytorch'),
  torch: z.string(),
  onednn: z.boolean(),
  blas: z.string(),
  /** set where the figures are unfair to PyTorch, with the remedy */
  warning: z.string().nullable(),
  threads: z.number(),
  size: z.number(),
});
export type PytorchHead = z.infer<typeof pytorchHead>;

const pytorchSteps = z.object({
  seconds: z.array(z.number()).min(1),
  images: z.number(),
  peakResidentBytes: z.number(),
});
/** `seconds`: one entry a step of `images` images. */
export type PytorchSteps = z.infer<typeof pytorchSteps>;

export type PytorchTask = `train-${'baseline' | 'improved'}` | `infer-${'baseline' | 'improved'}-${1 | 32}`;
export type PytorchLayout = 'nchw' | 'channels_last';

const pillowReport = z.object({
  peer: z.literal('pillow'),
  pillow: z.string(),
  libjpegTurbo: z.string().nullable(),
  images: z.number(),
  size: z.number(),
  imagesPerSecondBest: z.number(),
  imagesPerSecondMedian: z.number(),
  seconds: z.array(z.number()),
});
export type PillowReport = z.infer<typeof pillowReport>;

/** Decoding, grey and nearest resize of a folder's images in one process. */
export function runPillow(folder: string, { size = 256, passes = 3 } = {}): Promise<PeerResult<PillowReport>> {
  return runPeer('pillow.py', [folder, '--size', String(size), '--passes', String(passes)], pillowReport);
}

const gdcmReport = z.object({
  peer: z.literal('gdcm'),
  gdcm: z.string(),
  /** of the processor, one entry a file; null: gdcm does not know its transfer syntax */
  seconds: z.array(z.number().nullable()),
});
export type GdcmReport = z.infer<typeof gdcmReport>;

/** Reading and decoding of DICOM files in one process. */
export function runGdcm(files: readonly string[], passes: number): Promise<PeerResult<GdcmReport>> {
  return runPeer('gdcm-decoding.py', [...files, '--passes', String(passes)], gdcmReport);
}

export interface PytorchOptions extends PeerOptions {
  readonly threads?: number;
  readonly size?: number;
}

/** A PyTorch process that keeps its networks warm and idle between measurements, for interleaving with the engine. */
export class PytorchSession {
  readonly head: PytorchHead;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(
    head: PytorchHead,
    child: ChildProcessWithoutNullStreams,
    reader: Interface,
    lines: AsyncIterator<string>,
  ) {
    this.head = head;
    this.#child = child;
    this.#reader = reader;
    this.#lines = lines;
  }

  static start({ pythons = defaultPythons, threads = 2, size = 256 }: PytorchOptions = {}): Promise<
    PeerResult<PytorchSession>
  > {
    return firstFound(pythons, (python) => PytorchSession.#startWith(python, threads, size));
  }

  static async #startWith(python: string, threads: number, size: number): Promise<PeerResult<PytorchSession>> {
    const script = join(peersFolder, 'pytorch.py');
    const child = spawn(python, [script, '--serve', '--threads', String(threads), '--size', String(size)]);
    let failure: string | undefined;
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code === 'ENOENT' ? `${python} is not installed` : error.message;
    });
    // It is read so that a full pipe cannot stop the peer; what matters in it comes again in the head's `warning`.
    child.stderr.resume();
    const reader = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) {
      return { status: 'missing', reason: failure ?? 'the PyTorch peer ended before it said anything' };
    }
    const said: unknown = JSON.parse(first.value);
    const missing = missingSchema.safeParse(said);
    if (missing.success) return { status: 'missing', reason: missing.data.missing };
    return { status: 'measured', value: new PytorchSession(pytorchHead.parse(said), child, reader, lines) };
  }

  /** Measures some steps; the first call for a task and layout builds the network and warms it up, unmeasured. */
  async measure(task: PytorchTask, layout: PytorchLayout, steps = 1): Promise<PytorchSteps> {
    return pytorchSteps.parse(await this.#ask(`${task} ${layout} ${steps}`));
  }

  /** Frees the networks held so far. */
  async drop(): Promise<void> {
    await this.#ask('drop');
  }

  close(): void {
    this.#reader.close();
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #ask(line: string): Promise<unknown> {
    this.#child.stdin.write(`${line}\n`);
    const answer = await this.#lines.next();
    if (answer.done === true) throw new Error(`the PyTorch peer ended while it was asked for: ${line}`);
    const said: unknown = JSON.parse(answer.value);
    const refusal = errorSchema.safeParse(said);
    if (refusal.success) throw new Error(`the PyTorch peer refused: ${refusal.data.error}`);
    return said;
  }
}
