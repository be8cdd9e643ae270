/** The trained model that comes with the package, for who names none. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PneumoscopeError } from '../../base/errors.ts';

/** Names another file in place of the shipped one. */
const defaultModelVariable = 'PNEUMOSCOPE_MODEL';

/** Beside src/ in a checkout, beside dist/ in the published package. */
const shippedModel = fileURLToPath(new URL('../../../weights/pneumoscope.onnx', import.meta.url));

/**
 * The model that is used where none is named: the one that comes with the package, or what the environment variable PNEUMOSCOPE_MODEL names.
 *
 * @throws PneumoscopeError E_NOT_FOUND when there is no such file
 */
export function defaultModelPath(): string {
  const named = process.env[defaultModelVariable];
  const file = named === undefined || named === '' ? shippedModel : named;
  if (existsSync(file)) return file;
  throw new PneumoscopeError(
    'E_NOT_FOUND',
    file === named
      ? `No model was named, and ${named}, which ${defaultModelVariable} names, does not exist`
      : `No model was named, and this package comes without one (${file} does not exist); name a model.onnx that 'train' wrote`,
  );
}

/** What the words of a command call it. @param name of its recipe */
export function describeDefaultModel(name: string): string {
  const named = process.env[defaultModelVariable];
  return named === undefined || named === ''
    ? `model: the shipped one, ${name}`
    : `model: the one that ${defaultModelVariable} names, ${named}`;
}
