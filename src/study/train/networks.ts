/** The networks that a recipe can name. */
import { PneumoscopeError } from '../../base/errors.ts';
import { baseline } from './networks/baseline.ts';
import { compact } from './networks/compact.ts';
import { improved } from './networks/improved.ts';
import { small } from './networks/small.ts';
import type { Layer, NetworkDescription } from '../../engine/nn/network.ts';

interface NetworkEntry {
  /** @param units of the last layer */
  readonly layers: (units: number) => Layer;
  /** The smallest side of an image that leaves a pixel after the last pooling. */
  readonly minimumSide: number;
}

export const networks = {
  baseline: { layers: baseline, minimumSide: 2 },
  improved: { layers: improved, minimumSide: 32 },
  compact: { layers: compact, minimumSide: 32 },
  small: { layers: small, minimumSide: 16 },
} as const satisfies Readonly<Record<string, NetworkEntry>>;

export type NetworkName = keyof typeof networks;

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/**
 * @param units 1 for two classes, else one per class
 * @throws PneumoscopeError E_RECIPE when the images are too small for the network
 */
export function describeNetwork(name: NetworkName, units: number, imageSize: number): NetworkDescription {
  const { layers, minimumSide } = networks[name];
  if (imageSize < minimumSide) {
    const sentence = `The network ${name} needs images of at least ${minimumSide} pixels a side, but imageSize is ${imageSize}`;
    throw new PneumoscopeError('E_RECIPE', sentence);
  }
  return { name, inputShape: [1, imageSize, imageSize], layers: layers(units) };
}
