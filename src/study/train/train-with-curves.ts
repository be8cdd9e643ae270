/** The whole of a training in one call, curves included: the library's `train`. */
import { trainingCurves } from './report/charts.ts';
import { train as trainOnly, type TrainOptions, type TrainResult } from './training/train.ts';

export type { TrainOptions, TrainResult, TrainStart } from './training/train.ts';

/**
 * Trains a network on DATA/train, validates it on DATA/validation and writes the run folder: recipe.json, history.csv, curves.svg and
 * .png, model.onnx.
 *
 * @throws PneumoscopeError as training/train.ts says
 */
export async function train(options: Omit<TrainOptions, 'drawCurves'>): Promise<TrainResult> {
  return await trainOnly({ ...options, drawCurves: (history, title) => trainingCurves(history, { title }) });
}
