/** Grey images of 16 bits, of formats whose header says nothing of a window: shown as DICOM files are that say nothing of one. */
import { release } from '../../base/release.ts';
import type { PixelDescription } from '../../dicom/pixel-description.ts';
import { takeWindow, type DisplayChoice } from './dicom/choose-voi.ts';
import { displayFrame, leastToGreatest, type Display } from './dicom/display.ts';
import type { Decoders } from './decoders.ts';

/** From the least to the greatest value of the image, unless a window is given. @param choice `voi` is for DICOM files alone */
export function describeDeepDisplay({ window }: DisplayChoice): Display {
  const chosen = window === undefined ? { words: `no window: ${leastToGreatest}`, voi: undefined } : takeWindow(window);
  const modality = { kind: 'rescale', slope: 1, intercept: 0 } as const;
  return { modality, padding: undefined, isInverted: false, ...chosen };
}

/** What {@link Decoders.libvips} does for 8 bits. @returns one byte a pixel */
export function showDeepGrey(libvips: Decoders['libvips'], display: Display): Decoders['libvips'] {
  return async (bytes, { channels }, maximumPixels) => {
    const { width, height, data } = await libvips(bytes, { channels, bitsPerChannel: 16 }, maximumPixels);
    const description: PixelDescription = {
      rows: height,
      columns: width,
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
      bitsAllocated: 16,
      bitsStored: 16,
      highBit: 15,
      isSigned: false,
      frames: 1,
    };
    const shown = displayFrame(data, description, display, isBigEndianMachine);
    release(data);
    return { width, height, channels: 1, data: shown };
  };
}

/** libvips gives values in the order of the machine. */
const isBigEndianMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
