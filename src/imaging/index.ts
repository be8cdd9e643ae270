/**
 * `pneumoscope/imaging`: the one path from an image file to a network's input, and the augmentation of trainings.
 * Pixels are grey, 8 bits, row by row.
 *
 * @packageDocumentation
 * @module pneumoscope/imaging
 */
export { PneumoscopeError } from '../base/errors.ts';
export { articleAugmentation, type AugmentationSpec } from './augment/augmentation-spec.ts';
export { imageShifts, type ImageShift } from './augment/image-shifts.ts';
export type { HeaderFacts } from '../dicom/header-facts.ts';
export type { PatientAge, StatedAge } from '../dicom/patient-age.ts';
export type { DisplayChoice } from './decode/dicom/choose-voi.ts';
export type { ImageFormat } from './decode/image-format.ts';
export type { HeaderRefusal, ImageHeader } from './decode/image-header.ts';
export { decodeGray, type DecodeLimits } from './decode/decode.ts';
export type { DecodedJpeg, JpegDecoder } from './decode/jpeg-decoder.ts';
export type { UnreadableContent } from './decode/unreadable-image.ts';
export type { GrayImage } from './gray-image.ts';
export type { RegionName } from './regions.ts';
export { preprocess, preprocessDecoded } from './prepare/preprocess.ts';
export {
  createPreprocessingSpec,
  type PreprocessingOptions,
  type PreprocessingSpec,
} from './prepare/preprocessing-spec.ts';
