/** Several model files as one, or one that also looks at the mirror image: a model file like any other. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { hashBytes } from '../../base/files/digest.ts';
import { replaceFile } from '../../base/files/write-file.ts';
import { realpathOfMissing } from '../../base/files/inside.ts';
import { refuse } from '../../base/errors.ts';
import { averageGraphs } from '../../engine/graph/average-graphs.ts';
import { preprocessingSpecKey, type PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import { loadClassifier, readModelMetadata } from '../use/classifier.ts';
import { describeProgram } from '../../base/version.ts';
import { intendedUse, type ClassifierMetadata, type Ensemble, type Provenance } from '../file/metadata.ts';
import { writeModelFile } from '../file/model-file.ts';
import { classifyKnownImage } from './self-test.ts';
import { readClassifierGraph, type ReadGraph } from '../../engine/onnx/read-graph.ts';

export interface EnsembleOptions {
  /** How much each model counts, in their order; above 0. Equal unless given. */
  readonly weights?: readonly number[] | undefined;
  /** Let each model also look at the mirror image: twice the work. Default false. */
  readonly flip?: boolean | undefined;
}

export interface EnsembleResult {
  /** The file that was written. */
  readonly file: string;
  readonly bytes: number;
  readonly metadata: ClassifierMetadata;
  readonly ensemble: Ensemble;
  /** Sentences about what the user should know or do. */
  readonly warnings: readonly string[];
}

/** A model with its file. */
interface Member extends ReadGraph {
  readonly path: string;
  readonly metadata: ClassifierMetadata;
  readonly sha256: string;
  readonly share: number;
}

/**
 * Writes one model file whose logit is the weighted mean of the models' logits. The members must agree in all that makes an image the
 * network's input and in what the answers mean. Threshold and temperature of the members are not carried over: the threshold is 0.5, to
 * be chosen by `calibrate`. Where every member has an input guard the first one's is taken: the preprocessing, and so what it sees, is the same.
 *
 * @param models files of this program; one alone only with `flip`
 * @param out need not exist; none of the models
 * @throws PneumoscopeError E_USAGE: models that differ, naming in what, one model without `flip`, one twice, weights that do not fit; E_NOT_FOUND,
 * E_MODEL_FILE; E_GRAPH above the 2 GiB that a file can hold; E_NOT_FINITE; E_DISK. A model at `out` stays as it was then
 */
export async function createEnsemble(
  models: readonly string[],
  out: string,
  options: EnsembleOptions = {},
): Promise<EnsembleResult> {
  const { flip = false } = options;
  const shares = toShares(models, options);
  const all = await Promise.all(models.map((model) => readModelMetadata(model)));
  const first = all[0] as ClassifierMetadata;
  for (const [index, metadata] of all.entries()) requireAlike(models, index, first, metadata, flip);
  await requireOther(models, out);
  const members: Member[] = [];
  for (const [index, model] of models.entries()) {
    const read = await readClassifierGraph(model);
    const sha256 = hashBytes(read.bytes);
    const twin = members.find((member) => member.sha256 === sha256);
    if (twin !== undefined)
      refuse('E_USAGE', `${twin.path} and ${model} are the same model; give one more weight by --weights`);
    members.push({
      ...read,
      path: model,
      metadata: all[index] as ClassifierMetadata,
      sha256,
      share: shares[index] as number,
    });
  }
  const { output } = first.classes;
  const graph = averageGraphs(members, { flip, output });
  const ensemble = describeEnsemble(members, flip);
  const metadata: ClassifierMetadata = {
    classes: { ...first.classes, threshold: first.classes.threshold === null ? null : 0.5 },
    preprocessing: first.preprocessing,
    provenance: describeProvenance(members, ensemble),
    ...(all.every(({ guard }) => guard !== undefined) && { guard: first.guard }),
  };
  const bytes = await replaceFile(out, async (aside) => {
    const written = await writeModelFile(aside, graph, { metadata });
    // Each member runs; that they do together is seen here, before another model loses its place.
    await using classifier = await loadClassifier(aside);
    await classifyKnownImage(classifier);
    return written;
  });
  return { file: out, bytes, metadata, ensemble, warnings: listWarnings(members) };
}

/** @returns of each model, together 1 */
function toShares(models: readonly string[], { weights, flip }: EnsembleOptions): readonly number[] {
  if (models.length === 0) refuse('E_USAGE', 'An ensemble is made of models; name some');
  if (models.length === 1 && flip !== true) {
    refuse(
      'E_USAGE',
      `An ensemble of ${models[0]} alone is that model; name more models, or let it look at mirror images (--flip)`,
    );
  }
  if (weights === undefined) return models.map(() => 1 / models.length);
  if (weights.length !== models.length) {
    refuse(
      'E_USAGE',
      `${weights.length} weights were given for ${models.length} models; give one for each, in their order`,
    );
  }
  const wrong = weights.find((weight) => !(weight > 0 && weight < Infinity));
  if (wrong !== undefined) refuse('E_USAGE', `A weight must be a number above 0, but ${wrong} was given`);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function requireAlike(
  models: readonly string[],
  index: number,
  first: ClassifierMetadata,
  other: ClassifierMetadata,
  flip: boolean,
): void {
  const difference = findDifference(first, other);
  if (difference !== undefined) {
    refuse('E_USAGE', `${models[0]} and ${models[index]} cannot be one model, because ${difference}`);
  }
  if (flip && looksAtMirrorImages(other.provenance)) {
    refuse('E_USAGE', `${models[index]} looks at mirror images already; leave --flip out`);
  }
}

/** In what two models differ that one model cannot, in words. */
function findDifference(first: ClassifierMetadata, other: ClassifierMetadata): string | undefined {
  const [names, others] = [first.classes.names, other.classes.names].map((list) => list.join(', '));
  if (names !== others) return `their classes differ (${names}; ${others})`;
  if (first.classes.positive !== other.classes.positive) {
    return `their positive classes differ (${first.classes.positive}; ${other.classes.positive})`;
  }
  if (first.classes.output !== other.classes.output) {
    return `their last layers differ (${first.classes.output}; ${other.classes.output})`;
  }
  return findPreprocessingDifference(first.preprocessing, other.preprocessing);
}

function findPreprocessingDifference(one: PreprocessingSpec, other: PreprocessingSpec): string | undefined {
  if (preprocessingSpecKey(one) === preprocessingSpecKey(other)) return undefined;
  const words = (spec: PreprocessingSpec): Map<string, string> =>
    new Map(Object.entries(spec).map(([key, value]) => [key, String(value)]));
  const [first, second] = [words(one), words(other)];
  const differing = [...new Set([...first.keys(), ...second.keys()])].filter(
    (key) => first.get(key) !== second.get(key),
  );
  const difference = differing.map((key) => `${key} ${first.get(key) ?? 'none'} and ${second.get(key) ?? 'none'}`);
  return `their preprocessing differs (${difference.join('; ')})`;
}

function looksAtMirrorImages({ ensemble }: Provenance): boolean {
  return (
    ensemble !== undefined &&
    (ensemble.flip || ensemble.members.some(({ provenance }) => looksAtMirrorImages(provenance)))
  );
}

/** By whatever links: a member that is replaced is lost. */
async function requireOther(models: readonly string[], out: string): Promise<void> {
  const target = await realpathOfMissing(path.resolve(out));
  for (const model of models) {
    if ((await realpath(model)) === target) refuse('E_USAGE', `${out} is one of the models; choose another --out`);
  }
}

function describeEnsemble(members: readonly Member[], flip: boolean): Ensemble {
  return {
    flip,
    members: members.map(({ path: file, sha256, share, metadata: { provenance, operation } }) => ({
      file: path.basename(file),
      sha256,
      share,
      provenance,
      ...(operation !== undefined && { fittedOn: operation.fittedOn }),
    })),
  };
}

function describeProvenance(members: readonly Member[], ensemble: Ensemble): Provenance {
  const all = members.flatMap(({ metadata }) => listTrained(metadata.provenance));
  const sets = new Map(all.map(({ data }) => [data.fingerprint, data]));
  const [one] = sets.keys();
  const fingerprint = sets.size === 1 ? (one as string) : digestOf([...sets.keys()].toSorted());
  return {
    createdBy: describeProgram(),
    createdAt: new Date().toISOString(),
    recipe: { name: members.length === 1 ? 'mirror images' : 'ensemble' },
    seed: all[0]?.seed ?? 0,
    data: {
      fingerprint,
      images: [...sets.values()].reduce((total, { images }) => total + images, 0),
      synthetic: all.some(({ data }) => data.synthetic),
    },
    scores: {},
    licence: [...new Set(all.map(({ licence }) => licence))].join('; '),
    intendedUse,
    ensemble,
  };
}

/** The trainings that are in it. */
function listTrained(provenance: Provenance): readonly Provenance[] {
  return provenance.ensemble?.members.flatMap((member) => listTrained(member.provenance)) ?? [provenance];
}

function digestOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex');
}

function listWarnings(members: readonly Member[]): string[] {
  const fitted = members.filter(({ metadata }) => metadata.operation !== undefined).map((member) => member.path);
  const trained = members.flatMap(({ metadata }) => listTrained(metadata.provenance));
  const sets = new Set(trained.map(({ data }) => data.fingerprint));
  return [
    ...(fitted.length === 0
      ? []
      : [
          `What calibrate fitted into ${fitted.join(', ')} is not carried over: it suited other logits. Run calibrate on the new file.`,
        ]),
    ...(sets.size < 2
      ? []
      : [
          'The models were trained on different images: what one was tested on another may have been trained on. Evaluate on images that none of them saw.',
        ]),
  ];
}
