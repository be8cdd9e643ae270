/** What the audit looks at: each piece of a file's metadata and of its prepared pixels, alone and together. */
import { encodeCategory, encodeNumber, type Column } from './feature-columns.ts';
import type { ImageFacts } from './image-facts.ts';
import { nameSignatures } from './name-signature.ts';
import { pixelFeatureCount, pixelLayout, type PixelGroup } from './pixel-features.ts';

/** What the audit keeps of one file. */
export type FileRow = Omit<ImageFacts, 'sha256'>;

/** All images, in one state: as found, or prepared in one way and written again. */
export interface AuditSample {
  readonly files: readonly FileRow[];
  /** without folders; the same in every state, because preparing an image does not rename it */
  readonly names: readonly string[];
  /** {@link pixelFeatureCount} numbers per image */
  readonly pixels: Float32Array;
}

export interface AuditFeature {
  readonly id: string;
  /** file: told by the file beside its pixels; pixels: told by the prepared image */
  readonly of: 'file' | 'pixels';
  readonly title: string;
  /** whether it is several of the others at once */
  readonly together: boolean;
  /** Why it matters, in words for an engineer and a doctor. */
  readonly meaning: string;
  /** One number per image; undefined where it is more than one or none. */
  readonly number?: ((sample: AuditSample, image: number) => number) | undefined;
  /** One word per image; undefined where it is no category. */
  readonly category?: ((sample: AuditSample) => string[]) | undefined;
  columns(sample: AuditSample): Column[];
}

type Definition = Pick<AuditFeature, 'id' | 'title' | 'meaning'>;

function fileNumber(definition: Definition, get: (row: FileRow) => number): AuditFeature {
  const number = ({ files }: AuditSample, image: number): number => get(files[image] as FileRow);
  const columns = ({ files }: AuditSample): Column[] => encodeNumber(files.map((row) => get(row)));
  return { ...definition, of: 'file', together: false, number, columns };
}

function fileCategory(definition: Definition, get: (row: FileRow) => string): AuditFeature {
  const category = ({ files }: AuditSample): string[] => files.map((row) => get(row));
  return {
    ...definition,
    of: 'file',
    together: false,
    category,
    columns: (sample) => encodeCategory(category(sample)),
  };
}

function pixelNumber(id: PixelGroup, title: string, meaning: string): AuditFeature {
  const { start } = pixelLayout[id];
  const number = ({ pixels }: AuditSample, image: number): number =>
    pixels[image * pixelFeatureCount + start] as number;
  const columns = ({ pixels }: AuditSample): Column[] => encodeNumber(takeColumn(pixels, start));
  return { id, title, meaning, of: 'pixels', together: false, number, columns };
}

function pixelGroup(id: PixelGroup, title: string, meaning: string): AuditFeature {
  const { start, length } = pixelLayout[id];
  const columns = ({ pixels }: AuditSample): Column[] =>
    Array.from({ length }, (_, index) => takeColumn(pixels, start + index));
  return { id, title, meaning, of: 'pixels', together: false, columns };
}

function takeColumn(pixels: Float32Array, at: number): Float32Array {
  return Float32Array.from({ length: pixels.length / pixelFeatureCount }, (_, image) => {
    return pixels[image * pixelFeatureCount + at] as number;
  });
}

/** All of some features at once. */
function together(of: AuditFeature['of'], definition: Definition, parts: readonly AuditFeature[]): AuditFeature {
  return { ...definition, of, together: true, columns: (sample) => parts.flatMap((part) => part.columns(sample)) };
}

const hasOrNot = (has: boolean): string => (has ? 'yes' : 'no');

const quality = fileNumber(
  {
    id: 'quality',
    title: 'JPEG quality',
    meaning:
      'The quality setting the JPEG was saved with, as its tables show. One class went through another program or another setting, and what that did to fine structure stays in the pixels.',
  },
  (row) => row.quality ?? 0,
);

const fileParts: readonly AuditFeature[] = [
  fileNumber(
    {
      id: 'bytesPerPixel',
      title: 'bytes per pixel',
      meaning:
        'How strongly the file is compressed: the classes were exported in different ways. A network does not see the size of a file, but it sees what compression does to fine structure.',
    },
    ({ bytes, width, height }) => bytes / (width * height),
  ),
  fileNumber(
    {
      id: 'width',
      title: 'width',
      meaning:
        'The classes come from different devices, or were cut differently. Resizing hides the size itself, but a larger image loses more detail, and aliases more, on its way to the network.',
    },
    ({ width }) => width,
  ),
  fileNumber(
    {
      id: 'height',
      title: 'height',
      meaning:
        'The classes come from different devices, or were cut differently. Resizing hides the size itself, but a larger image loses more detail, and aliases more, on its way to the network.',
    },
    ({ height }) => height,
  ),
  fileNumber(
    {
      id: 'aspectRatio',
      title: 'aspect ratio',
      meaning:
        'Width over height. Stretched to a square, the chests of one class become wider than those of the other: a shape that a network can read, and that no disease made.',
    },
    ({ width, height }) => width / height,
  ),
  fileNumber(
    {
      id: 'megapixels',
      title: 'megapixels',
      meaning:
        'The classes come from different devices, or were cut differently: one loses more detail than the other when it is made small.',
    },
    ({ width, height }) => (width * height) / 1e6,
  ),
  fileCategory(
    {
      id: 'colourMode',
      title: 'colour mode',
      meaning:
        'Grey or colour, and bits a channel. An X-ray has no colour; a file that is stored in colour went through another program than the rest.',
    },
    ({ channels, bitsPerChannel }) =>
      `${channels === 1 ? 'grey' : channels === 3 ? 'colour' : `${channels} channels`}, ${bitsPerChannel} bits`,
  ),
  fileCategory(
    {
      id: 'progressive',
      title: 'progressive',
      meaning: 'Progressive or interlaced storage, a setting of the program that wrote the file.',
    },
    ({ progressive }) => hasOrNot(progressive),
  ),
  fileCategory(
    {
      id: 'iccProfile',
      title: 'ICC profile',
      meaning:
        'A colour profile inside the file. A decoder that applies it changes the brightness of one class only; this program never applies it.',
    },
    ({ iccBytes }) => (iccBytes === 0 ? 'none' : `${iccBytes} bytes`),
  ),
  fileCategory(
    {
      id: 'exif',
      title: 'EXIF',
      meaning: 'A block of camera-style metadata, left by the program that wrote the file.',
    },
    ({ exif }) => hasOrNot(exif),
  ),
  fileCategory(
    {
      id: 'restartMarkers',
      title: 'restart markers',
      meaning: 'A detail of how the JPEG is stored, left by the program that wrote the file.',
    },
    ({ restartInterval }) => hasOrNot(restartInterval > 0),
  ),
  fileCategory(
    {
      id: 'quantisation',
      title: 'quantisation tables',
      meaning:
        'The tables that say how coarsely the JPEG was rounded: a fingerprint of the program and its setting, and of what was lost in fine structure.',
    },
    ({ quantisation }) => (quantisation === '' ? 'none' : quantisation),
  ),
  quality,
  fileCategory(
    { id: 'format', title: 'file format', meaning: 'The classes were stored as different kinds of files.' },
    ({ format }) => format,
  ),
];

const nameSignature = ({ names }: AuditSample): string[] => nameSignatures(names);

const fileName: AuditFeature = {
  id: 'fileName',
  of: 'file',
  title: 'file-name pattern',
  together: false,
  meaning:
    'The form of the name, numbers aside, gives the class away. A network never sees names, but scripts, splits and people do.',
  category: nameSignature,
  columns: (sample) => encodeCategory(nameSignature(sample)),
};

const pixelParts: readonly AuditFeature[] = [
  pixelNumber(
    'laplacian',
    'sharpness (Laplacian)',
    'How sharp or noisy the image is, by the mean absolute Laplacian. Sharpness comes from device, compression and resizing rather than from lungs.',
  ),
  pixelNumber(
    'gradient',
    'sharpness (gradient)',
    'How steep the edges are, by the mean gradient. It comes from device, compression and resizing, and in part from what is seen in the chest.',
  ),
  pixelNumber(
    'highFrequency',
    'high-frequency energy',
    'The share of the image that a slight blur takes away: noise, grain, JPEG blocks, aliasing.',
  ),
  pixelNumber(
    'brightness',
    'mean brightness',
    'Exposure and export. Pneumonia can brighten a lung a little; a large difference between the classes is rather one of devices.',
  ),
  pixelNumber('contrast', 'contrast', 'The spread of grey levels: the window that the image was exported with.'),
  pixelNumber(
    'black',
    'share of black pixels',
    'Exactly black pixels: collimated borders, the background beside a small child, or a window that was cut off.',
  ),
  pixelNumber(
    'percentile1',
    '1st percentile',
    'How dark the darkest parts are: the window that the image was exported with.',
  ),
  pixelNumber(
    'percentile99',
    '99th percentile',
    'How bright the brightest parts are: the window that the image was exported with, or bright markers.',
  ),
  pixelNumber(
    'stretch',
    'stretch of the chest',
    'How much steeper edges are across than down: what is left of the aspect ratio in an image that was stretched to a square.',
  ),
  pixelGroup(
    'histogram',
    'histogram',
    'The shares of all grey levels, wherever they stand in the image: exposure, window, background. Some of it can be disease.',
  ),
  pixelGroup(
    'border',
    'outer border',
    'A narrow frame along the edge, where no lung is: collimation, background, how the chest was cut out.',
  ),
  pixelGroup(
    'corners',
    'corner patches',
    'The four corners, where side markers, labels and background are, and no lung.',
  ),
];

/** In the order in which they are told; the worst are told first in the end. */
export const auditFeatures: readonly AuditFeature[] = [
  ...fileParts,
  fileName,
  together(
    'file',
    {
      id: 'fileTogether',
      title: 'all of the file but its name',
      meaning: 'Everything that the file says beside its pixels and its name, put together.',
    },
    fileParts,
  ),
  ...pixelParts,
  together(
    'pixels',
    {
      id: 'pixelsTogether',
      title: 'all of these pixel figures',
      meaning:
        'Edge, corners, sharpness and grey levels of the prepared image, put together. A network can learn all of it without looking at a lung; some of it can be disease as well.',
    },
    pixelParts,
  ),
];
