/** Images for tests of the service: drawn chests, and what a hostile client sends. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { renderPhantom } from '../src/data/phantoms/phantom-render.ts';

/** A PNG or JPEG of a drawn chest. */
export async function drawChest(patient: number, format: 'png' | 'jpeg' = 'png'): Promise<Buffer> {
  const pathogen = patient % 2 === 0 ? undefined : 'bacteria';
  const { width, height, data } = renderPhantom({ seed: 5, patient, image: 0, pathogen }, 224);
  const image = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  return (format === 'png' ? image.png() : image.jpeg({ quality: 90 })).toBuffer();
}

/** A drawn chest with dark and light exchanged, which the input guard refuses. */
export async function drawInverted(): Promise<Buffer> {
  return sharp(await drawChest(0))
    .negate()
    .png()
    .toBuffer();
}

/** A small file whose header promises the given number of pixels. */
export function drawBomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8;
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(100_000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** 38 bytes of a lossless WebP: its header promises 6000 times 4000 pixels. */
export function drawTinyWebp(): Buffer {
  const bytes = Buffer.alloc(38);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(30, 4);
  bytes.write('WEBPVP8L', 8, 'latin1');
  bytes.writeUInt32LE(18, 16);
  bytes[20] = 0x2f;
  bytes.writeUInt32LE(((4000 - 1) << 14) | (6000 - 1), 21);
  return bytes;
}

/** A form with these files. */
export function formOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): FormData {
  const form = new FormData();
  for (const [name, bytes] of files) form.append('image', new Blob([new Uint8Array(bytes)]), name);
  return form;
}
