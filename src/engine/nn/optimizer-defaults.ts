/** Optimisers by name, with Keras's defaults for what is not given. */
import type { OptimizerSettings, SettingsOf } from './optimizer-settings.ts';

/** Some settings of an optimiser. The others keep their defaults. */
export type OptimizerOptions<Name extends OptimizerSettings['name']> = Partial<Omit<SettingsOf<Name>, 'name'>>;

/** Stochastic gradient descent: learning rate 0.01, momentum 0. */
export function sgd(options: OptimizerOptions<'sgd'> = {}): SettingsOf<'sgd'> {
  return { name: 'sgd', learningRate: 0.01, momentum: 0, ...options };
}

/** RMSprop: learning rate 0.001, rho 0.9, epsilon 1e-7 outside the root as in Keras up to 2.10. */
export function rmsprop(options: OptimizerOptions<'rmsprop'> = {}): SettingsOf<'rmsprop'> {
  return { name: 'rmsprop', learningRate: 1e-3, rho: 0.9, epsilon: 1e-7, epsilonPlacement: 'outside', ...options };
}

/** Adam: learning rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7, without AMSGrad. */
export function adam(options: OptimizerOptions<'adam'> = {}): SettingsOf<'adam'> {
  return { name: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false, ...options };
}

/** Adam with decoupled weight decay: as {@link adam}, and a weight decay of 0.004. */
export function adamw(options: OptimizerOptions<'adamw'> = {}): SettingsOf<'adamw'> {
  const { learningRate, beta1, beta2, epsilon } = adam();
  return { name: 'adamw', learningRate, beta1, beta2, epsilon, weightDecay: 0.004, ...options };
}
