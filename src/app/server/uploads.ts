/** The images of a request: its whole body, or every file of a form. All of it stays in memory. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recogniseFormat, type ImageFormat } from '../../imaging/decode/image-format.ts';
import { bytesSchema } from './contract.ts';
import { readForm } from './forms.ts';
import { Problem } from './problems.ts';

export interface UploadedImage {
  readonly bytes: Uint8Array;
  /** as the client named it; null for a raw body */
  readonly name: string | null;
}

/** Longer names say nothing more. */
const longestName = 255;

const formType = 'multipart/form-data';

/** Types that a raw body may be declared as. */
export const imageTypes = [
  'image/jpeg',
  'image/png',
  'image/tiff',
  'image/webp',
  'application/dicom',
  'application/octet-stream',
];

/** Other names that browsers, scanners and older programs give them. */
const otherNames: Readonly<Record<ImageFormat, readonly string[]>> = {
  jpeg: ['image/jpg', 'image/pjpeg', 'image/jfif', 'image/x-jpeg', 'image/x-jpg'],
  png: ['image/x-png', 'image/vnd.mozilla.apng', 'image/apng'],
  tiff: ['image/tif', 'image/x-tiff', 'image/x-tif'],
  webp: ['image/x-webp'],
  dicom: ['image/dicom', 'image/dicom-rle'],
};

/** Types that are taken, those of {@link imageTypes} under other names too. */
export const acceptedTypes = [formType, ...imageTypes, ...Object.values(otherNames).flat()];

/** What may be sent, by content type. The form comes first, because generators of clients take the first. */
export const imageBody: Readonly<Record<string, z.ZodType>> = {
  [formType]: z.object({ image: z.array(bytesSchema) }),
  ...Object.fromEntries(imageTypes.map((type) => [type, bytesSchema])),
};

/** Whether the request is a form, which may hold any number of images. */
export function isForm({ headers }: FastifyRequest): boolean {
  return mediaTypeOf(headers['content-type']) === formType;
}

/** @throws Problem bad-request, too-large, wrong-type, queue-full */
export async function readUploads(request: FastifyRequest, mostFiles: number): Promise<readonly UploadedImage[]> {
  if (!isForm(request)) return [checkType(await request.receiveWhole(), request)];
  const files = await readForm(request, mostFiles);
  if (files.length === 0) {
    throw new Problem('bad-request', 'The form holds no file; send each image as a file, under any name');
  }
  return files.map(({ name, bytes }) => ({ bytes, name: name === '' ? null : name.slice(0, longestName) }));
}

/** @param done what is done with it, in the sentence about several @throws Problem as {@link readUploads}; bad-request for several */
export async function readOneUpload(request: FastifyRequest, mostFiles: number, done: string): Promise<UploadedImage> {
  const images = await readUploads(request, mostFiles);
  const [image] = images;
  if (image !== undefined && images.length === 1) return image;
  throw new Problem('bad-request', `One image at a time can be ${done}`);
}

function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** What is declared as one format is no other. */
function checkType(body: Buffer, { headers }: FastifyRequest): UploadedImage {
  if (body.length === 0) {
    throw new Problem('bad-request', 'The request has no body; send an image, or a form with files');
  }
  const declared = mediaTypeOf(headers['content-type']);
  const format = recogniseFormat(body);
  if (format === undefined || !declared.startsWith('image/')) return { bytes: body, name: null };
  const type = format === 'dicom' ? 'application/dicom' : `image/${format}`;
  if (declared !== type && !otherNames[format].includes(declared)) {
    throw new Problem('wrong-type', `The body is declared as ${declared}, but is ${type}`);
  }
  return { bytes: body, name: null };
}
