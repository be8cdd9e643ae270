/** Answers one request of the Open Inference Protocol, in a thread of the service: along the path of every other image, guard and calibration included. */
import { refuse } from '../../base/errors.ts';
import type { InferenceSession } from '../../engine/runtime/inference-session.ts';
import type { DecodeLimits } from '../../imaging/decode/decode.ts';
import { glance } from '../../imaging/decode/glance.ts';
import { rescaleTable } from '../../base/rescale-bytes.ts';
import { writeNetworkInput } from '../../imaging/prepare/network-input.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { describeGuardResult, type GuardResult } from '../../model/guard/guard.ts';
import type { Classification } from '../../model/use/answer.ts';
import type { Classifier } from '../../model/use/classifier.ts';
import { renderAnswer, type OutputValues } from './inference-answer.ts';
import { readInput, type InferInput } from './inference-input.ts';
import { findOutputs, parseInferRequest } from './inference-request.ts';
import { Problem, toProblem } from './problems.ts';
import type { InferOutcome, Task } from './worker-messages.ts';

interface InferModel {
  readonly network: InferenceSession;
  readonly classifier: Classifier;
  readonly limits: DecodeLimits;
}

/** Images as the network takes them, and as the guard does: grey bytes. */
interface Prepared {
  readonly values: Float32Array<ArrayBuffer>;
  readonly pixels: readonly Uint8Array[];
}

/**
 * @returns also what is refused because of an image: as a problem
 * @throws PneumoscopeError E_USAGE for a request that the protocol or the model does not allow
 */
export async function infer(
  model: InferModel,
  { body, headerLength, model: reference }: Extract<Task, { readonly kind: 'infer' }>,
): Promise<InferOutcome> {
  try {
    return await answer(model, { body, headerLength, model: reference });
  } catch (error) {
    if (error instanceof Problem) return { problem: error.toDetails() };
    throw error;
  }
}

async function answer(
  { network, classifier, limits }: InferModel,
  { body, headerLength, model }: Omit<Extract<Task, { readonly kind: 'infer' }>, 'kind'>,
): Promise<InferOutcome> {
  const { metadata } = classifier;
  const { channels, height, width } = metadata.preprocessing;
  const request = parseInferRequest(body.subarray(0, headerLength ?? body.length), metadata);
  const outputs = findOutputs(request, metadata);
  const binary = headerLength === undefined ? undefined : body.subarray(headerLength);
  const input = readInput(request, [channels, height, width], binary);
  const { values, pixels } =
    input.kind === 'tensor'
      ? toPixels(input, metadata.preprocessing)
      : await readFiles(input.files, classifier, {
          limits,
          ignoreHeader: request.parameters?.['ignore_header'] === true,
        });
  const count = pixels.length;
  const guards = pixels.map((own) => classifier.inspect(own));
  if (request.parameters?.['ignore_guard'] !== true) refuseStrangers(guards);
  const result = await network.run(values, count);
  const classifications = classifier.interpret(result, count);
  return renderAnswer(request.id, model, {
    outputs,
    count,
    values: collectValues(result, classifications, guards, metadata.classes.output),
  });
}

function collectValues(
  { logits, probabilities }: { readonly logits: Float32Array; readonly probabilities: Float32Array },
  classifications: readonly Classification[],
  guards: readonly (GuardResult | null)[],
  output: 'sigmoid' | 'softmax',
): OutputValues {
  return {
    logits,
    probability: Float32Array.from(
      classifications.flatMap((own) => (output === 'sigmoid' ? own.probabilities.slice(1) : own.probabilities)),
    ),
    raw_probability: probabilities,
    label: classifications.map(({ label }) => label),
    uncertain: classifications.map(({ uncertain }) => uncertain),
    guard_score: Float32Array.from(guards, (guard) => guard?.score ?? 0),
    guard_verdict: guards.map((guard) => guard?.verdict ?? ''),
  };
}

function nameImage(index: number, count: number): string {
  return count === 1 ? 'The image' : `Image ${index + 1} of ${count}`;
}

function refuseStrangers(guards: readonly (GuardResult | null)[]): void {
  const index = guards.findIndex((guard) => guard?.verdict === 'refused');
  const guard = guards[index];
  if (guard === undefined || guard === null) return;
  throw new Problem('guard-refused', `${nameImage(index, guards.length)} ${describeGuardResult(guard)}`);
}

/** Above the rounding of a float, below what anybody would send by mistake. */
const tolerance = 1e-3;

/** The grey levels that numbers stand for. @throws PneumoscopeError E_USAGE for numbers that stand for none */
function toPixels(
  { values, count }: Extract<InferInput, { readonly kind: 'tensor' }>,
  { rescale, width, height }: PreprocessingSpec,
): Prepared {
  const white = rescaleTable(rescale)[255] as number;
  const outside = values.find((value) => !(value >= -tolerance * white && value <= white * (1 + tolerance)));
  if (outside !== undefined) {
    refuse(
      'E_USAGE',
      `The input images holds ${outside}, where numbers lie between 0 (black) and ${Number(white.toPrecision(6))} (white); the model's metadata say how an image is prepared`,
    );
  }
  const grey = new Uint8ClampedArray(values.length);
  for (let i = 0, end = grey.length; i < end; i++) grey[i] = (values[i] as number) / rescale;
  const size = width * height;
  const pixels = Array.from({ length: count }, (_, index) => new Uint8Array(grey.buffer, index * size, size));
  return { values, pixels };
}

/**
 * One after the other, and together with no more pixels than a single image may have: the request has one place in the queue.
 *
 * @throws Problem for the first that cannot be read, and for too many pixels
 */
async function readFiles(
  files: readonly Uint8Array[],
  classifier: Classifier,
  { limits, ignoreHeader }: { readonly limits: DecodeLimits; readonly ignoreHeader: boolean },
): Promise<Prepared> {
  const { maximumPixels = Infinity } = limits;
  const promised = files.reduce((sum, file) => sum + (glance(file)?.pixels ?? 0), 0);
  if (files.length > 1 && promised > maximumPixels) {
    const millions = (pixels: number): string => (pixels / 1e6).toFixed(1);
    throw new Problem(
      'too-large',
      `The images have ${millions(promised)} million pixels together, and a request may have ${millions(maximumPixels)} million; send fewer at once`,
    );
  }
  const { preprocessing } = classifier.metadata;
  const size = preprocessing.width * preprocessing.height;
  const values = new Float32Array(files.length * size);
  const pixels: Uint8Array[] = [];
  for (const [index, file] of files.entries()) {
    const name = files.length === 1 ? 'The file' : nameImage(index, files.length);
    const image = await classifier.read(file, { name, limits });
    if ('status' in image) throw toProblem(image.reason);
    const refusal = ignoreHeader ? null : classifier.askHeader(image.facts)?.reason;
    if (refusal) throw toProblem(refusal);
    writeNetworkInput(image.pixels, preprocessing, values, index * size);
    pixels.push(image.pixels);
  }
  return { values, pixels };
}
