/**
 * What travels in a model file besides the weights, as JSON texts in ONNX's metadata_props:
 *
 * | key                         | content                                                                    |
 * | --------------------------- | -------------------------------------------------------------------------- |
 * | `pneumoscope.format`        | `1`, the version of this table                                             |
 * | `pneumoscope.classes`       | names in the order of the labels, positive class, threshold, output layer  |
 * | `pneumoscope.preprocessing` | how an image becomes the network's input, see imaging/preprocessing-spec   |
 * | `pneumoscope.provenance`    | where the weights came from                                                |
 * | `pneumoscope.operation`     | temperature, operating point and uncertain band, see operation; may be absent |
 * | `pneumoscope.guard`         | what its X-rays have in common, see guard/guard-spec; may be absent        |
 * | `pneumoscope.selfTest`      | what the network says of a known image, see self-test; may be absent       |
 * | `pneumoscope.statement`     | of whom the images are and how it fails, see statement; may be absent      |
 * | `pneumoscope.evaluation`    | how it did on test images, see measured; may be absent                     |
 *
 * Keys of other programs are left alone; a key or field of ours that is not known here is an error, because it may change what the
 * model means.
 */
import { z } from 'zod';
import { refuse } from '../../base/errors.ts';
import { describeFaults } from '../../base/schema-faults.ts';
import { guardSpecSchema, type GuardSpec } from '../guard/guard-spec.ts';
import { preprocessingSpecSchema } from '../../imaging/prepare/preprocessing-spec.ts';
import type { PreprocessingSpec } from '../../imaging/prepare/preprocessing-spec.ts';
import type { ModelHeader } from '../../engine/onnx/model-header.ts';
import { measuredSchema, type MeasuredModel } from './measured.ts';
import { findContradiction, fittedOnSchema, operationSchema, type FittedOn, type Operation } from './operation.ts';
import { statementSchema, type Statement } from './statement.ts';

/**
 * Raised whenever a key or field is added, removed or changes its meaning; not for a field that may be absent and then means what it
 * meant before: files without it stay as they were, and a program that does not know it refuses files with it.
 */
const formatVersion = 1;
const prefix = 'pneumoscope.';
const operationKey = `${prefix}operation`;
const guardKey = `${prefix}guard`;
const selfTestKey = `${prefix}selfTest`;
const statementKey = `${prefix}statement`;
const evaluationKey = `${prefix}evaluation`;

export interface ClassSpec {
  /** In the order of the labels; of two classes the negative one first. */
  readonly names: readonly string[];
  /** Of two classes the second one; null for more. */
  readonly positive: string | null;
  /**
   * An image is called positive if its probability is strictly greater; null for more than two classes. Where the file has an
   * operation this is its threshold, for the probability at its temperature.
   */
  readonly threshold: number | null;
  /** sigmoid: one logit, of the positive class; softmax: one logit per class. */
  readonly output: 'sigmoid' | 'softmax';
}

export interface Provenance {
  /** Program and version that wrote the file. */
  readonly createdBy: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Every setting of the training. */
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly data: {
    /** SHA-256 over the training files' digests and labels. */
    readonly fingerprint: string;
    /** Number of training images. */
    readonly images: number;
    /** Whether the images are drawn phantoms, not X-rays of people. */
    readonly synthetic: boolean;
  };
  /** Figures by name, such as valLoss; null where one is undefined. */
  readonly scores: Readonly<Record<string, number | null>>;
  readonly licence: string;
  readonly intendedUse: string;
  /** What the model was put together from; absent: one network, as it was trained. */
  readonly ensemble?: Ensemble | undefined;
  /** SHA-256 of the file whose weights were rounded to float16 for this one; absent: they are as they were. */
  readonly float16From?: string | undefined;
}

/** Networks whose logits are averaged. */
export interface Ensemble {
  /** Whether each also looks at the mirror image. */
  readonly flip: boolean;
  readonly members: readonly EnsembleMember[];
}

/** One model file, as it was when the ensemble was made. */
export interface EnsembleMember {
  /** Its name, without folders. */
  readonly file: string;
  readonly sha256: string;
  /** Of the mean; those of all members sum to 1. */
  readonly share: number;
  readonly provenance: Provenance;
  /** What its threshold and temperature were fitted on; those themselves are not part of the ensemble. */
  readonly fittedOn?: FittedOn | undefined;
}

/** All that is known about a model before its weights are read. */
export interface ClassifierMetadata {
  readonly classes: ClassSpec;
  readonly preprocessing: PreprocessingSpec;
  readonly provenance: Provenance;
  /** How the model is operated since `calibrate`; absent: temperature 1, no band. */
  readonly operation?: Operation | undefined;
  /** Tells what is no image of the kind it was trained on; absent: nothing does. */
  readonly guard?: GuardSpec | undefined;
  /** What a machine that computes rightly gets; absent: nothing is known. */
  readonly selfTest?: SelfTest | undefined;
  /** What its publisher says of it; absent: nothing. */
  readonly statement?: Statement | undefined;
  /** How it did on test images, of two classes; absent: this file does not say. */
  readonly evaluation?: MeasuredModel | undefined;
}

/** What the network said of the known image where the file was made, see self-test. */
export interface SelfTest {
  readonly logits: readonly number[];
}

/** What every model file says about its use. */
export const intendedUse = 'Research and teaching. Not a medical device: not for the diagnosis or treatment of anyone.';

const classSpecSchema: z.ZodType<ClassSpec> = z
  .strictObject({
    names: z.array(z.string().min(1).max(255)).min(2).max(10_000),
    positive: z.string().nullable(),
    threshold: z.number().min(0).max(1).nullable(),
    output: z.enum(['sigmoid', 'softmax']),
  })
  .refine(({ names }) => new Set(names).size === names.length, { error: 'a class is named twice' })
  .refine(
    ({ names, positive, threshold }) =>
      names.length === 2 ? positive === names[1] && threshold !== null : positive === null && threshold === null,
    { error: 'positive class and threshold belong to two classes, and only to them' },
  )
  .refine(({ names, output }) => output === 'softmax' || names.length === 2, {
    error: 'a sigmoid needs two classes',
  });

const sha256 = z.string().regex(/^[\da-f]{64}$/);

const provenanceSchema: z.ZodType<Provenance> = z.strictObject({
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  recipe: z.record(z.string(), z.json()),
  seed: z.int().min(0),
  data: z.strictObject({ fingerprint: z.string(), images: z.int().min(0), synthetic: z.boolean() }),
  scores: z.record(z.string(), z.number().nullable()),
  licence: z.string(),
  intendedUse: z.string(),
  // An ensemble may have ensembles among its members.
  ensemble: z.lazy(() => ensembleSchema).optional(),
  float16From: sha256.optional(),
});

const ensembleSchema: z.ZodType<Ensemble> = z.strictObject({
  flip: z.boolean(),
  members: z
    .array(
      z.strictObject({
        file: z.string(),
        sha256,
        share: z.number().positive().max(1),
        provenance: provenanceSchema,
        fittedOn: fittedOnSchema.optional(),
      }),
    )
    .min(1),
});

const selfTestSchema: z.ZodType<SelfTest> = z.strictObject({ logits: z.array(z.number()).min(1) });

/** Every entry but the format. */
type Entries = { readonly [Name in keyof ClassifierMetadata]-?: Exclude<ClassifierMetadata[Name], undefined> };
type EntryName = keyof Entries;

const entrySchemas: { readonly [Name in EntryName]: z.ZodType<Entries[Name]> } = {
  classes: classSpecSchema,
  preprocessing: preprocessingSpecSchema,
  provenance: provenanceSchema,
  operation: operationSchema,
  guard: guardSpecSchema,
  selfTest: selfTestSchema,
  statement: statementSchema,
  evaluation: measuredSchema,
};

/** The entries of other programs, which stay in a file whatever is said in it anew. */
export function foreignEntries({ metadata }: Pick<ModelHeader, 'metadata'>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith(prefix)));
}

/** The texts to store. @throws PneumoscopeError E_MODEL_FILE when the metadata contradict each other */
export function renderMetadata(metadata: ClassifierMetadata): Record<string, string> {
  const texts = {
    [`${prefix}format`]: JSON.stringify(formatVersion),
    [`${prefix}classes`]: JSON.stringify(metadata.classes),
    [`${prefix}preprocessing`]: JSON.stringify(metadata.preprocessing),
    [`${prefix}provenance`]: JSON.stringify(metadata.provenance),
    ...(metadata.operation !== undefined && { [operationKey]: JSON.stringify(metadata.operation) }),
    ...(metadata.guard !== undefined && { [guardKey]: JSON.stringify(metadata.guard) }),
    ...(metadata.selfTest !== undefined && { [selfTestKey]: JSON.stringify(metadata.selfTest) }),
    ...(metadata.statement !== undefined && { [statementKey]: JSON.stringify(metadata.statement) }),
    ...(metadata.evaluation !== undefined && { [evaluationKey]: JSON.stringify(metadata.evaluation) }),
  };
  parseMetadata({ producer: 'pneumoscope', metadata: texts }, 'The model to be saved');
  return texts;
}

export interface ParseOptions {
  /** Take the model as if it had never been calibrated, but for the threshold; nothing is known then of how it did. */
  readonly ignoreOperation?: boolean | undefined;
  /** Take the model as if it had no guard, for who writes another one. */
  readonly ignoreGuard?: boolean | undefined;
  /** Take the model as if nothing had been stated of it, for who states it anew. */
  readonly ignoreStatement?: boolean | undefined;
  /** Take the model as if nothing had been measured, for who measures it anew. */
  readonly ignoreEvaluation?: boolean | undefined;
}

/**
 * @param header of the file
 * @param file named in errors
 * @throws PneumoscopeError E_MODEL_FILE: another program's model, a newer format, or damaged metadata
 */
export function parseMetadata(
  header: Pick<ModelHeader, 'producer' | 'metadata'>,
  file: string,
  options: ParseOptions = {},
): ClassifierMetadata {
  const { metadata, producer } = header;
  const version = metadata[`${prefix}format`];
  if (version === undefined) {
    const writer = producer === '' ? 'another program' : `the program '${producer.slice(0, 60)}'`;
    refuse(
      'E_MODEL_FILE',
      `${file} is an ONNX model of ${writer}, without the class names and preprocessing that are needed here; name a model.onnx that 'train' wrote`,
    );
  }
  if (version !== String(formatVersion)) {
    refuse(
      'E_MODEL_FILE',
      `${file} has format ${version.slice(0, 20)}, where this version knows format ${formatVersion}; update pneumoscope or train the model again`,
    );
  }
  const known = ['format', ...Object.keys(entrySchemas)].map((name) => prefix + name);
  const unknown = Object.keys(metadata).find((key) => key.startsWith(prefix) && !known.includes(key));
  if (unknown !== undefined)
    refuse(
      'E_MODEL_FILE',
      `${file} has the unknown entry ${unknown.slice(0, 100)}; update pneumoscope or train the model again`,
    );
  const classes = parseEntry(metadata, 'classes', file);
  return {
    classes,
    preprocessing: parseEntry(metadata, 'preprocessing', file),
    provenance: parseEntry(metadata, 'provenance', file),
    ...(metadata[operationKey] !== undefined &&
      options.ignoreOperation !== true && { operation: parseOperation(metadata, classes, file) }),
    ...(metadata[guardKey] !== undefined &&
      options.ignoreGuard !== true && { guard: parseEntry(metadata, 'guard', file) }),
    ...(metadata[selfTestKey] !== undefined && { selfTest: parseEntry(metadata, 'selfTest', file) }),
    ...(metadata[statementKey] !== undefined &&
      options.ignoreStatement !== true && { statement: parseEntry(metadata, 'statement', file) }),
    ...(metadata[evaluationKey] !== undefined &&
      options.ignoreOperation !== true &&
      options.ignoreEvaluation !== true && { evaluation: parseEvaluation(metadata, classes, file) }),
  };
}

function parseOperation(metadata: Readonly<Record<string, string>>, classes: ClassSpec, file: string): Operation {
  const operation = parseEntry(metadata, 'operation', file);
  const contradiction = findContradiction(operation, classes);
  if (contradiction === undefined) return operation;
  refuse(
    'E_MODEL_FILE',
    `${file} has an entry ${operationKey} that does not fit (${contradiction}); ${adviseFor('operation')}`,
  );
}

function parseEvaluation(metadata: Readonly<Record<string, string>>, classes: ClassSpec, file: string): MeasuredModel {
  const evaluation = parseEntry(metadata, 'evaluation', file);
  if (evaluation.threshold === classes.threshold) return evaluation;
  refuse(
    'E_MODEL_FILE',
    `${file} has an entry ${evaluationKey} that does not fit (it was measured at another threshold); ${adviseFor('evaluation')}`,
  );
}

/** What mends a damaged entry. */
function adviseFor(name: EntryName): string {
  if (name === 'guard') return "give it a guard again with 'pneumoscope guard'";
  if (name === 'selfTest') return "make it again with 'pneumoscope compress'";
  if (name === 'statement') return "write it again with 'pneumoscope card --statement'";
  if (name === 'evaluation') return "measure it again with 'pneumoscope evaluate --write'";
  return name === 'operation' ? 'calibrate the model again' : 'train the model again';
}

function parseEntry<Name extends EntryName>(
  metadata: Readonly<Record<string, string>>,
  name: Name,
  file: string,
): Entries[Name] {
  const text = metadata[prefix + name];
  if (text === undefined) refuse('E_MODEL_FILE', `${file} lacks the entry ${prefix}${name}; ${adviseFor(name)}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    refuse('E_MODEL_FILE', `${file} is damaged: its entry ${prefix}${name} is not JSON; ${adviseFor(name)}`, error);
  }
  const schema: z.ZodType<Entries[Name]> = entrySchemas[name];
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = describeFaults(schema, value, result.error.issues);
  refuse('E_MODEL_FILE', `${file} has an entry ${prefix}${name} that does not fit (${faults}); ${adviseFor(name)}`);
}
