/** A model file with its weights rounded to float16, and what that does to its answers. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { hashBytes } from '../../base/files/digest.ts';
import { replaceFile } from '../../base/files/write-file.ts';
import { realpathOfMissing } from '../../base/files/inside.ts';
import { renderPhantom } from '../../data/phantoms/phantom-render.ts';
import { throwIfInterrupted, type TaskOptions } from '../../base/tasks.ts';
import { PneumoscopeError } from '../../base/errors.ts';
import { narrowWeights } from '../../engine/graph/half-weights.ts';
import { preprocessDecoded } from '../../imaging/prepare/preprocess.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { readModelHeader } from '../../engine/onnx/model-header.ts';
import { loadClassifier, type Classifier, type LoadOptions } from '../use/classifier.ts';
import { parseMetadata } from '../file/metadata.ts';
import { writeModelFile } from '../file/model-file.ts';
import { readClassifierGraph } from '../../engine/onnx/read-graph.ts';
import { writeSelfTest } from './self-test.ts';

export interface CompressOptions extends TaskOptions, Pick<LoadOptions, 'device' | 'threads'> {
  /** Image files on which the two models are compared; drawn phantoms unless given. */
  readonly images?: readonly string[] | undefined;
  /** Of the weights, for who publishes them; what the file says unless given. */
  readonly licence?: string | undefined;
}

export interface AnswerChange {
  /** How many were compared. */
  readonly images: number;
  /** Whether they were drawn for the purpose. */
  readonly drawn: boolean;
  /** The largest movement of the probability of any class. */
  readonly probability: number;
  /** The largest movement of a logit. */
  readonly logit: number;
  /** Images that are called something else now. */
  readonly labels: number;
}

export interface CompressResult {
  readonly file: string;
  readonly bytes: { readonly before: number; readonly after: number };
  readonly change: AnswerChange;
}

const drawnImages = 32;
const batchSize = 16;

/**
 * Writes the model with weights of float16, from which a runtime makes float32 when it loads them: half the file, the same speed. All else
 * stays, what `calibrate` fitted too, but for figures that were measured with the other weights; what the model says of the known image is noted in it (see self-test). Then both models look at the same images.
 * Only when all that went well does the file get its name.
 *
 * @param out need not exist; not the model itself
 * @throws PneumoscopeError E_NOT_FINITE when a weight is beyond float16; E_USAGE when there is nothing to round or `out` is the model;
 * E_NOT_FOUND, E_MODEL_FILE, E_UNREADABLE_IMAGE, E_DISK, E_INTERRUPTED
 */
export async function compressModel(
  model: string,
  out: string,
  options: CompressOptions = {},
): Promise<CompressResult> {
  const header = await readModelHeader(model);
  const metadata = parseMetadata(header, model);
  if ((await realpath(model)) === (await realpathOfMissing(path.resolve(out)))) {
    throw new PneumoscopeError('E_USAGE', `${out} is the model itself; choose another --out`);
  }
  const { graph, bytes } = await readClassifierGraph(model);
  const narrow = narrowWeights(graph);
  if (narrow.nodes.length === graph.nodes.length) {
    throw new PneumoscopeError('E_USAGE', `${model} has no float32 weights to round: they are float16 already`);
  }
  const provenance = {
    ...metadata.provenance,
    float16From: hashBytes(bytes),
    ...(options.licence !== undefined && { licence: options.licence }),
  };
  const { device = 'cpu', threads } = options;
  // A model that stands there already is replaced by one that has answered, or not at all.
  return await replaceFile(out, async (aside) => {
    await writeModelFile(aside, narrow, {
      metadata: { ...metadata, provenance, evaluation: undefined },
      keep: header.metadata,
    });
    await writeSelfTest(aside, { device, ...(threads === undefined ? {} : { threads }) });
    const change = await compareAnswers([model, aside], options);
    return { file: out, bytes: { before: header.size, after: (await stat(aside)).size }, change };
  });
}

/** @throws PneumoscopeError E_UNREADABLE_IMAGE, E_NOT_FINITE, E_INTERRUPTED */
async function compareAnswers(models: readonly [string, string], options: CompressOptions): Promise<AnswerChange> {
  const { images, signal, onProgress, device = 'cpu', threads } = options;
  const loading = { device, ...(threads === undefined ? {} : { threads }) };
  await using before = await loadClassifier(models[0], loading);
  await using after = await loadClassifier(models[1], loading);
  const total = images?.length ?? drawnImages;
  const change = { probability: 0, logit: 0, labels: 0 };
  for (let start = 0; start < total; start += batchSize) {
    throwIfInterrupted(signal);
    const count = Math.min(batchSize, total - start);
    const pixels = await Promise.all(
      Array.from({ length: count }, (_, at) => prepareImage(before, images, start + at)),
    );
    const [old, now] = await Promise.all([before.classifyPixels(pixels), after.classifyPixels(pixels)]);
    for (const [index, one] of old.entries()) {
      const other = now[index] ?? one;
      change.probability = Math.max(change.probability, largestDifference(one.probabilities, other.probabilities));
      change.logit = Math.max(change.logit, largestDifference(one.logits, other.logits));
      change.labels += Number(one.label !== other.label);
    }
    onProgress?.({ label: 'Comparing', done: start + count, total, unit: 'images' });
  }
  return { images: total, drawn: images === undefined, ...change };
}

function prepareImage(
  classifier: Classifier,
  images: readonly string[] | undefined,
  index: number,
): Promise<Uint8Array> {
  const file = images?.[index];
  return file === undefined ? drawImage(classifier.metadata.preprocessing, index) : classifier.prepare(file);
}

/** A healthy and an ill chest in turn, the same for every model of this size. */
async function drawImage(spec: PreprocessingSpec, index: number): Promise<Uint8Array> {
  const pathogen = index % 2 === 0 ? undefined : index % 4 === 1 ? 'bacteria' : 'virus';
  const size = Math.max(spec.width, spec.height, 32);
  return preprocessDecoded(renderPhantom({ seed: 0, patient: index, image: 0, pathogen }, size), spec);
}

function largestDifference(one: readonly number[], other: readonly number[]): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] as number))), 0);
}
