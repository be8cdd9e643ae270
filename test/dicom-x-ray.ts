/** A whole DICOM X-ray for tests, with the header of a child's frontal chest. */
import { buildDicom, element, imageElements, pixelElement, type BuiltElement } from './dicom-builder.ts';

export interface XRayFields {
  /** DICOM's own form, such as 003Y */
  readonly age?: string;
  readonly bodyPart?: string;
  readonly view?: string;
  /** center and width */
  readonly window?: readonly [number, number];
}

/** Made up, so that a test can look for them where they must not be. */
export const patientName = 'Doe^Secret';
export const patientNumber = 'NUMBER-4711';

/**
 * @param grey one byte a pixel, which becomes 16 times that in 12 bits
 */
export function buildXRay(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  { age = '003Y', bodyPart = 'CHEST', view = 'AP', window }: XRayFields = {},
): Buffer {
  const elements: BuiltElement[] = [
    element(0x0008_0008, 'CS', 'ORIGINAL\\PRIMARY'),
    element(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.1.1'),
    element(0x0008_0018, 'UI', '1.2.3.4.5'),
    element(0x0008_0060, 'CS', 'DX'),
    element(0x0008_0068, 'CS', 'FOR PRESENTATION'),
    element(0x0010_0010, 'PN', patientName),
    element(0x0010_0020, 'LO', patientNumber),
    element(0x0010_1010, 'AS', age),
    element(0x0018_0015, 'CS', bodyPart),
    element(0x0018_5101, 'CS', view),
    ...imageElements({ rows: height, columns: width }),
    ...(window === undefined
      ? []
      : [element(0x0028_1050, 'DS', String(window[0])), element(0x0028_1051, 'DS', String(window[1]))]),
    pixelElement(Array.from(data, (value) => value * 16)),
  ];
  return buildDicom(elements);
}
