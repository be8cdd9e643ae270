/**
 * Every failure this project raises on purpose: one class and a stable code each.
 * A user can act on such an error, so the command line prints its sentence without a stack;
 * anything else that is thrown is a defect of ours and shows its stack.
 */

const row = <Problem extends string>(exitCode: number, problem: Problem, meaning: string) => ({
  meaning,
  exitCode,
  problem,
});

/**
 * The catalogue: one row for each stable code. Codes are never renamed or reused.
 *
 * A row holds what the command line exits with, the problem that the service answers with (src/app/server/problems.ts), and the meaning.
 * The problem is `internal` where the service can meet the error only by a defect. docs/error-codes.md shows the same table.
 */
export const errorCodes = {
  E_USAGE: row(2, 'bad-request', 'a flag, argument or setting that is unknown or has an impossible value'),
  E_NOT_FOUND: row(1, 'not-ready', 'a file or folder that was named does not exist'),
  E_UNREADABLE_IMAGE: row(
    1,
    'unreadable-image',
    'a file that is not an image, is damaged, or exceeds the decoding limits',
  ),
  E_DATASET: row(
    1,
    'internal',
    'a folder that does not have the layout of a data set, or has nothing in it to work on',
  ),
  E_ARCHIVE: row(1, 'internal', 'a zip archive that is damaged, hostile, or not the one that was expected'),
  E_DOWNLOAD: row(1, 'internal', 'a download that failed or did not match its size or digest'),
  E_DISK: row(1, 'not-ready', 'a disk that is full or a folder that cannot be written'),
  E_RECIPE: row(1, 'internal', 'a recipe that cannot be read or whose settings contradict each other'),
  E_MODEL_FILE: row(1, 'not-ready', 'a model file that is damaged or that another program wrote'),
  E_CHECKPOINT: row(1, 'internal', 'a checkpoint that is damaged or belongs to another training'),
  E_HISTORY: row(1, 'internal', 'a history.csv that is damaged or that another program wrote'),
  E_SHAPE_MISMATCH: row(1, 'internal', 'tensors whose shapes do not fit together'),
  E_GRAPH: row(1, 'internal', 'an ONNX graph that breaks a rule of the operator set'),
  E_DEVICE: row(1, 'not-ready', 'an execution provider that is not available on this machine'),
  E_NOT_FINITE: row(1, 'internal', 'a loss or weight that became NaN or infinite'),
  // 128 + SIGINT, as shells have it.
  E_INTERRUPTED: row(130, 'internal', 'the user stopped the work; what was done so far is kept'),
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class PneumoscopeError extends Error {
  readonly code: ErrorCode;

  /**
   * @param code one of {@link errorCodes}
   * @param message one sentence without a final stop: what was wrong, what was expected, what was received, what to do; who prints it
   * ends it, see `endSentence`
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PneumoscopeError';
    this.code = code;
  }
}

/** The code that the operating system gave an error, such as ENOENT; undefined for any other error, ours and Node's own included. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** @throws PneumoscopeError always, see its constructor */
export function refuse(code: ErrorCode, sentence: string, cause?: unknown): never {
  throw new PneumoscopeError(code, sentence, cause === undefined ? undefined : { cause });
}
