/** A trained network as one .onnx file that any ONNX Runtime can run, with all that is needed to use it well. */
import { PneumoscopeError } from '../../base/errors.ts';
import type { Graph } from '../../engine/graph/types.ts';
import type { GuardSpec } from '../guard/guard-spec.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { NetworkDescription } from '../../engine/nn/network.ts';
import { buildTrainedGraph, type NetworkTensors } from '../../engine/nn/trained-graph.ts';
import { encodeModelParts } from '../../engine/onnx/encode.ts';
import {
  foreignEntries,
  intendedUse,
  renderMetadata,
  type ClassifierMetadata,
  type ClassSpec,
  type Provenance,
} from './metadata.ts';
import { describeProgram, programVersion } from '../../base/version.ts';
import { writeFileWhole } from '../../base/files/write-file.ts';

export interface TrainedModel {
  readonly network: NetworkDescription;
  /** Contents of all parameters and states by name, as `views()` of a training's buffers gives them. They are not copied. */
  readonly tensors: NetworkTensors;
  /** In the order of the labels; of two classes the positive one is the second. */
  readonly classNames: readonly string[];
  /** Of two classes: what is called positive has a probability strictly greater; 0.5 unless given. */
  readonly threshold?: number;
  readonly preprocessing: PreprocessingSpec;
  /** Tells what is no image of the kind it was trained on; none unless given. */
  readonly guard?: GuardSpec | null;
  readonly provenance: Omit<Provenance, 'createdBy' | 'createdAt' | 'licence' | 'intendedUse'> & {
    readonly licence?: string;
    /** The present moment unless given. */
    readonly createdAt?: string;
  };
}

/**
 * Writes the file whole or not at all. Input `images` [N, 1, height, width] float32; outputs `logits` and `probability`, [N, 1]
 * (sigmoid) or [N, classes] (softmax).
 *
 * @throws PneumoscopeError E_DISK; E_SHAPE_MISMATCH when weights, classes or preprocessing do not fit the network
 */
export async function saveModel(path: string, model: TrainedModel): Promise<void> {
  const { graph, output } = buildModelGraph(model);
  await writeModelFile(path, graph, { metadata: describeModel(model, output) });
}

/**
 * Writes a graph with what a model file says about itself, whole or not at all.
 *
 * @param options.keep entries of another file; those of other programs among them are written as well
 * @returns bytes of the file
 * @throws PneumoscopeError E_DISK; E_MODEL_FILE when the metadata contradict each other; E_GRAPH above 2 GiB
 */
export async function writeModelFile(
  path: string,
  graph: Graph,
  { metadata, keep = {} }: { readonly metadata: ClassifierMetadata; readonly keep?: Readonly<Record<string, string>> },
): Promise<number> {
  const { width, height } = metadata.preprocessing;
  const documentation = `Classifies grey images ${width} x ${height} as ${metadata.classes.names.join(' or ')}. ${intendedUse}`;
  const texts = { ...foreignEntries({ metadata: keep }), ...renderMetadata(metadata) };
  const parts = encodeModelParts(graph, { metadata: texts, producerVersion: programVersion(), documentation });
  await writeFileWhole(path, parts);
  return parts.reduce((total, part) => total + part.length, 0);
}

function describeModel(
  { classNames, threshold = 0.5, preprocessing, guard = null, provenance }: TrainedModel,
  output: ClassSpec['output'],
): ClassifierMetadata {
  const isBinary = classNames.length === 2;
  return {
    classes: {
      names: classNames,
      positive: isBinary ? (classNames[1] as string) : null,
      threshold: isBinary ? threshold : null,
      output,
    },
    preprocessing,
    provenance: {
      createdBy: describeProgram(),
      createdAt: provenance.createdAt ?? new Date().toISOString(),
      recipe: provenance.recipe,
      seed: provenance.seed,
      data: provenance.data,
      scores: provenance.scores,
      licence: provenance.licence ?? 'not stated',
      intendedUse,
    },
    ...(guard !== null && { guard }),
  };
}

/** The trained graph, once network, classes and preprocessing fit each other. */
export function buildModelGraph(model: Pick<TrainedModel, 'network' | 'tensors' | 'classNames' | 'preprocessing'>): {
  readonly graph: Graph;
  readonly output: ClassSpec['output'];
} {
  const { network, tensors, classNames, preprocessing } = model;
  const [channels, height, width] = network.inputShape;
  if (channels !== preprocessing.channels || height !== preprocessing.height || width !== preprocessing.width) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `Network ${network.name} takes images [${network.inputShape.join(', ')}], but the preprocessing makes [${preprocessing.channels}, ${preprocessing.height}, ${preprocessing.width}]`,
    );
  }
  const { graph, units, output } = buildTrainedGraph(network, tensors);
  if (units !== (output === 'sigmoid' ? classNames.length - 1 : classNames.length)) {
    throw new PneumoscopeError(
      'E_SHAPE_MISMATCH',
      `Network ${network.name} ends in ${units} units, which does not fit ${classNames.length} classes`,
    );
  }
  return { graph, output };
}
