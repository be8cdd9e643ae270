/** The images of a request: its whole body, or every file of a form. All of it stays in memory. */
// oxlint-disable-next-line import/no-unassigned-import -- its types add to those of a request
import '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recogniseFormat, type ImageFormat } from '../../imaging/decode/image-format.ts';
import { bytesSchema } from './contract.ts';
import { Problem } from './problems.ts';

export interface UploadedImage {
  readonly bytes: Uint8Array;
  /** as the client named it; null for a raw body */
  readonly name: string | null;
}

/** Longer names say nothing more. */
const longestName = 255;

/** Types that a raw body may be declared as. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/tiff', 'image/webp', 'application/octet-stream'];

/** Other names that browsers, scanners and older programs give them. */
const otherNames: Readonly<Record<ImageFormat, readonly string[]>> = {
  jpeg: ['image/jpg', 'image/pjpeg', 'image/jfif', 'image/x-jpeg', 'image/x-jpg'],
  png: ['image/x-png', 'image/vnd.mozilla.apng', 'image/apng'],
  tiff: ['image/tif', 'image/x-tiff', 'image/x-tif'],
  webp: ['image/x-webp'],
};

/** Types that are taken, those of {@link imageTypes} under other names too. */
export const acceptedTypes = [...imageTypes, ...Object.values(otherNames).flat()];

/** What may be sent, by content type. The form comes first, because generators of clients take the first. */
export const imageBody: Readonly<Record<string, z.ZodType>> = {
  'multipart/form-data': z.object({ image: z.array(bytesSchema) }),
  ...Object.fromEntries(imageTypes.map((type) => [type, bytesSchema])),
};

/** @throws Problem bad-request, too-large, wrong-type */
export async function readUploads(request: FastifyRequest, mostFiles: number): Promise<readonly UploadedImage[]> {
  if (!request.isMultipart()) return [readBody(request)];
  const images: UploadedImage[] = [];
  for await (const file of request.files()) {
    const name = file.filename === '' ? null : file.filename.slice(0, longestName);
    images.push({ bytes: await file.toBuffer(), name });
  }
  if (images.length === 0) {
    throw new Problem('bad-request', 'The form holds no file; send each image as a file, under any name');
  }
  // The parser itself ends at one more than are allowed.
  if (images.length > mostFiles) throw new Problem('too-large', `A request may hold ${mostFiles} images at most`);
  return images;
}

function readBody({ body, headers }: FastifyRequest): UploadedImage {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new Problem('bad-request', 'The request has no body; send an image, or a form with files');
  }
  const declared = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const format = recogniseFormat(body);
  const isOther = format !== undefined && declared !== `image/${format}` && !otherNames[format].includes(declared);
  if (isOther && declared.startsWith('image/')) {
    throw new Problem('wrong-type', `The body is declared as ${declared}, but is image/${format}`);
  }
  return { bytes: body, name: null };
}
