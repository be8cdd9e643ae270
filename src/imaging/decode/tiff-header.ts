/** Which TIFF files are read: grey, RGB, palette or YCbCr of up to 8 bits, and of many pages the first. */
import { budgets, describeBudget } from '../../base/budgets.ts';
import type { HeaderRefusal, ImageHeader } from './image-header.ts';
import { TiffFile } from './tiff-file.ts';
import { readTiffPage, tiffTags, type TiffPage } from './tiff-page.ts';

/** Values of PhotometricInterpretation. */
export const photometrics = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, ycbcr: 6 } as const;
export const jpegCompression = 7;

/** Of a pixel: sharp reads no more. */
const mostSamples = 5;

const newSubfileType = 254;
/** Bits of it: a smaller copy of another page, a mask for one. */
const lesserPage = 1 | 4;

/** None, CCITT (three), LZW, JPEG, Deflate (two), PackBits. */
const readCompressions = new Set([1, 2, 3, 4, 5, jpegCompression, 8, 32946, 32773]);
const compressionNames: Readonly<Record<number, string>> = {
  6: 'the old JPEG of TIFF 6.0',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
};
const colourNames: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  8: 'CIELab',
  9: 'ICCLab',
  10: 'ITULab',
  32803: 'a colour filter array',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw',
};

export function readTiffHeader(bytes: Buffer): ImageHeader {
  const file = new TiffFile(bytes);
  const directory = file.readDirectory(file.first);
  if (directory === undefined) return { format: 'tiff', complete: false };
  const page = readTiffPage(file, directory);
  if (page === undefined) {
    const what = 'is damaged: its header lacks the size or the place of the pixels; replace it or leave it out';
    return { format: 'tiff', refusal: { kind: 'damaged', what }, complete: true };
  }
  const pages = countPages(file);
  const refusal = refuseTooMany(page, pages) ?? refuseMode(page);
  const isTurned = page.orientation >= 5 && page.orientation <= 8;
  return {
    format: 'tiff',
    width: isTurned ? page.height : page.width,
    height: isTurned ? page.width : page.height,
    channels: countColours(page),
    bitsPerChannel: page.bits,
    pages,
    ...(refusal === undefined ? {} : { refusal }),
    complete: page.pieces.every(({ start, length }) => start + length <= bytes.length),
  };
}

/** Pixels of the first page as stored, without a look at them or at other pages. @returns undefined where the header lacks them */
export function measureTiff(bytes: Buffer): { readonly width: number; readonly height: number } | undefined {
  const file = new TiffFile(bytes);
  const fields = file.readDirectory(file.first)?.fields;
  const [width, height] = [tiffTags.width, tiffTags.height].map((tag) => {
    const field = fields?.get(tag);
    return field === undefined ? undefined : file.readNumbers(field, 1)?.[0];
  });
  return width === undefined || height === undefined ? undefined : { width, height };
}

/** Without alpha. */
export function countColours({ photometric }: TiffPage): number {
  if (photometric === photometrics.cmyk) return 4;
  return photometric === photometrics.whiteIsZero || photometric === photometrics.blackIsZero ? 1 : 3;
}

/** Smaller copies and masks are no pages. At most one more than are allowed; a list that turns back, or leads out of the file, ends. */
function countPages(file: TiffFile): number {
  const seen = new Set<number>();
  let pages = 0;
  for (let at = file.first; !seen.has(at) && seen.size <= budgets.imagePages.limit;) {
    seen.add(at);
    const directory = file.readDirectory(at);
    if (directory === undefined) break;
    const field = directory.fields.get(newSubfileType);
    const type = field === undefined ? 0 : (file.readNumbers(field, 1)?.[0] ?? 0);
    if (seen.size === 1 || (type & lesserPage) === 0) pages += 1;
    at = directory.next;
  }
  return pages;
}

function refuseTooMany({ pieces }: TiffPage, pages: number): HeaderRefusal | undefined {
  const { imagePages, tiffPieces } = budgets;
  if (pages > imagePages.limit) {
    const what = `has more than ${describeBudget(imagePages)} pages; save the one that shows the X-ray`;
    return { kind: 'too-large', what };
  }
  if (pieces.length <= tiffPieces.limit) return undefined;
  return { kind: 'too-large', what: `has more than ${describeBudget(tiffPieces)} strips or tiles; save it anew` };
}

function refuseMode(page: TiffPage): HeaderRefusal | undefined {
  const what = describeCompression(page) ?? describeColours(page) ?? describeSamples(page);
  return what === undefined ? undefined : { kind: 'unsupported', what };
}

function describeCompression({ compression, photometric, isPlanar }: TiffPage): string | undefined {
  if (!readCompressions.has(compression)) {
    const name = compressionNames[compression] ?? `method ${compression}`;
    return `is compressed by ${name}, which is not read; convert it to PNG or JPEG`;
  }
  return compression === jpegCompression && photometric === photometrics.ycbcr && isPlanar
    ? 'keeps the parts of a JPEG apart, which is not read; convert it to PNG or JPEG'
    : undefined;
}

function describeColours({ photometric, compression, subsampling }: TiffPage): string | undefined {
  if (photometric === undefined) {
    return 'does not say whether 0 is black, white or a colour; save it anew as grey or RGB';
  }
  if (photometric > photometrics.ycbcr || photometric === 4) {
    const name = colourNames[photometric] ?? `number ${photometric}`;
    return `has the colour space ${name}, where grey or RGB is needed; convert it to PNG or JPEG`;
  }
  const isReduced = subsampling[0] !== 1 || subsampling[1] !== 1;
  return photometric === photometrics.ycbcr && compression !== jpegCompression && isReduced
    ? 'keeps its colours at a lower resolution without JPEG, which is not read; convert it to PNG or JPEG'
    : undefined;
}

function describeSamples(page: TiffPage): string | undefined {
  const { bits, sampleFormat, samples, photometric } = page;
  if (photometric === photometrics.cmyk) return undefined;
  const window = 'convert it to 8 bits with the window the radiologist would use';
  if (sampleFormat === 3) return `has floating-point numbers of ${bits} bits, where 8 bits are needed; ${window}`;
  if (sampleFormat !== 1 && sampleFormat !== 4) {
    return `has ${sampleFormat === 2 ? 'signed' : 'complex'} numbers, where 8 bits without a sign are needed; ${window}`;
  }
  const isWhole =
    bits === 8 || (countColours(page) === 1 || photometric === photometrics.palette ? [1, 2, 4].includes(bits) : false);
  if (!isWhole && bits <= 8)
    return 'has channels of a depth that is not read, where 8 bits are needed; convert it to PNG or JPEG';
  const colours = photometric === photometrics.palette ? 1 : countColours(page);
  // Behind the colours may stand alpha, and in RGB files whatever else a program notes of a pixel.
  const most = colours === 3 ? mostSamples : colours + 1;
  return samples >= colours && samples <= most
    ? undefined
    : `has ${samples} numbers a pixel, where ${colours} to ${most} are needed; convert it to PNG or JPEG`;
}
