/**
 * Every failure this project raises on purpose: one class and a stable code each.
 * A user can act on such an error, so the command line prints its sentence without a stack;
 * anything else that is thrown is a defect of ours and shows its stack.
 */

/** The stable codes, with what each one means. Codes are never renamed or reused. */
export const errorCodes = {
  E_USAGE: 'a flag, argument or setting that is unknown or has an impossible value',
  E_NOT_FOUND: 'a file or folder that was named does not exist',
  E_UNREADABLE_IMAGE: 'a file that is not an image, is damaged, or exceeds the decoding limits',
  E_DATASET: 'a folder that does not have the layout of a data set, or has nothing in it to work on',
  E_ARCHIVE: 'a zip archive that is damaged, hostile, or not the one that was expected',
  E_DOWNLOAD: 'a download that failed or did not match its size or digest',
  E_DISK: 'a disk that is full or a folder that cannot be written',
  E_RECIPE: 'a recipe that cannot be read or whose settings contradict each other',
  E_MODEL_FILE: 'a model file that is damaged or that another program wrote',
  E_CHECKPOINT: 'a checkpoint that is damaged or belongs to another training',
  E_HISTORY: 'a history.csv that is damaged or that another program wrote',
  E_SHAPE_MISMATCH: 'tensors whose shapes do not fit together',
  E_GRAPH: 'an ONNX graph that breaks a rule of the operator set',
  E_DEVICE: 'an execution provider that is not available on this machine',
  E_NOT_FINITE: 'a loss or weight that became NaN or infinite',
  E_INTERRUPTED: 'the user stopped the work; what was done so far is kept',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class PneumoscopeError extends Error {
  readonly code: ErrorCode;

  /**
   * @param code one of {@link errorCodes}
   * @param message one sentence: what was wrong, what was expected, what was received, what to do
   */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PneumoscopeError';
    this.code = code;
  }
}
