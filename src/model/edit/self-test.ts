/**
 * A known image, and what a model says of it: a machine, a runtime or a copy of the file that gets another number computes wrongly, and
 * must not be asked about X-rays. The image is a drawn chest, so that it can be made anywhere; what the number means does not matter.
 */
import sharp from 'sharp';
import { renderPhantom } from '../../data/phantoms/phantom-render.ts';
import { requireAnswered } from '../use/answer.ts';
import { loadClassifier, type Classifier, type LoadOptions } from '../use/classifier.ts';
import { rewriteMetadata } from '../file/rewrite-metadata.ts';

const side = 320;

/** Logits move by some 1e-5 from one processor to another; what is broken moves them by far more. */
const tolerance = 0.01;

/** Bytes of a PNG file. */
export async function drawKnownImage(): Promise<Uint8Array> {
  const { width, height, data } = renderPhantom({ seed: 0, patient: 1, image: 0, pathogen: 'bacteria' }, side);
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** Whether these are the known image's logits. */
export function agrees(logits: readonly number[], expected: readonly number[]): boolean {
  return (
    logits.length === expected.length &&
    logits.every((logit, index) => Math.abs(logit - (expected[index] as number)) <= tolerance)
  );
}

/** @throws PneumoscopeError E_NOT_FINITE */
export async function classifyKnownImage(classifier: Classifier): Promise<readonly number[]> {
  const answer = await classifier.classify(await drawKnownImage(), { name: 'The known image', ignoreGuard: true });
  return requireAnswered(answer).logits;
}

/**
 * Notes in the model's file what it says of the known image, on this machine.
 *
 * @throws PneumoscopeError E_NOT_FOUND, E_MODEL_FILE, E_DEVICE, E_NOT_FINITE, E_DISK
 */
export async function writeSelfTest(model: string, options: LoadOptions = {}): Promise<void> {
  await using classifier = await loadClassifier(model, options);
  const selfTest = { logits: await classifyKnownImage(classifier) };
  await rewriteMetadata(model, (metadata) => ({ ...metadata, selfTest }));
}
