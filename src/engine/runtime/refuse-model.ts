/** The one sentence about a model file that the runtime does not run. */
import { PneumoscopeError } from '../../base/errors.ts';

/**
 * @param file its path
 * @param reason a clause, or what the runtime threw, of which the first line is for people
 * @returns E_MODEL_FILE; E_DEVICE as it was given
 */
export function refuseModel(file: string, reason: unknown): PneumoscopeError {
  if (reason instanceof PneumoscopeError && reason.code === 'E_DEVICE') return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  const line = text.split('\n')[0]?.replace(/\.$/, '') ?? '';
  const sentence = `${file} is damaged: the model in it cannot be run (${line})`;
  return new PneumoscopeError('E_MODEL_FILE', sentence, reason instanceof Error ? { cause: reason } : {});
}
