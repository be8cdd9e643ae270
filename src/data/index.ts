/**
 * `pneumoscope/data`: from an archive, or from nothing, to folders of labelled images that are split by patient.
 *
 * @packageDocumentation
 * @module pneumoscope/data
 */
export { PneumoscopeError } from '../base/errors.ts';
export type { TaskOptions, TaskProgress } from '../base/tasks.ts';
export { UnreadableImagesError, type UnreadableImage } from '../imaging/decode/unreadable-image.ts';
export { listDatasetFolder, type DatasetFolder, type LabelledImage } from './folder/dataset-folder.ts';
export { findImages } from './folder/find-images.ts';
export { readManifest, type Manifest, type ManifestImage, type SplitName } from './folder/manifest.ts';
// Types are derived from these; whoever imports the type of a value gets no value.
export type { imageSchema, manifestSchema, splitNames } from './folder/manifest.ts';
export { getDataset, type GetDatasetOptions, type GetDatasetResult } from './kermany/archive.ts';
export type { ArchiveLimits } from './kermany/archive-limits.ts';
export { germColumn } from './kermany/germ-column.ts';
export { generatePhantoms, type PhantomClass, type PhantomOptions, type PhantomResult } from './phantoms/phantoms.ts';
export { splitDataset, type SplitOptions, type SplitResult } from './split/split.ts';
