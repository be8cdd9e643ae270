/** Initial values of parameters. */
import type { RandomGenerator } from '../../base/random.ts';

/** Fills `values` in place. Fans are the numbers of connections into and out of one unit. */
export type Initializer = (values: Float32Array, fans: Fans, random: RandomGenerator) => void;

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Uniform in [-l, l), l = sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010; Keras's default). */
export const glorotUniform: Initializer = (values, { fanIn, fanOut }, random) => {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  for (let i = 0; i < values.length; i++) values[i] = random.uniform(-limit, limit);
};

/** Normal with standard deviation sqrt(2 / fanIn) (He et al., 2015), for networks of relu units. */
export const heNormal: Initializer = (values, { fanIn }, random) => {
  const deviation = Math.sqrt(2 / fanIn);
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
};

export const zeros: Initializer = (values) => {
  values.fill(0);
};

export const ones: Initializer = (values) => {
  values.fill(1);
};
