/** Loss, accuracy and recall over the epochs, for training and validation, with the epoch whose weights were kept. */
import type { TopLevelSpec } from 'vega-lite';
import { type EpochRecord, findBestEpoch } from '../../engine/fit/history.ts';
import { type Chart, renderChart } from './render-chart.ts';
import { colors } from './theme.ts';

interface CurvePoint {
  readonly epoch: number;
  readonly set: 'training' | 'validation';
  readonly loss: number;
  readonly accuracy: number;
  readonly recall: number;
}

type Panel = Extract<TopLevelSpec, { readonly hconcat: unknown }>['hconcat'][number];
type Figure = 'loss' | 'accuracy' | 'recall';

/**
 * @param history at least one epoch
 * @param options.title the run's name
 * @param options.subtitle one line below it
 */
export function trainingCurves(
  history: readonly EpochRecord[],
  options: { readonly title: string; readonly subtitle?: string },
): Promise<Chart> {
  return renderChart(buildTrainingCurves(history, options));
}

/**
 * The chart's description, as Vega-Lite takes it.
 *
 * @internal
 */
export function buildTrainingCurves(
  history: readonly EpochRecord[],
  options: { readonly title: string; readonly subtitle?: string },
): TopLevelSpec {
  const best = findBestEpoch(history);
  if (best === undefined) throw new RangeError('A chart of a training needs at least one epoch.');
  const criterion = best.valLoss === null ? 'training' : 'validation';
  const subtitle = `Best epoch: ${best.epoch} of ${history.length}, the lowest ${criterion} loss`;
  return {
    description: `Loss, accuracy and recall of ${history.length} epochs. ${subtitle}.`,
    title: { text: options.title, subtitle: [...(options.subtitle === undefined ? [] : [options.subtitle]), subtitle] },
    data: { values: history.flatMap(toPoints) },
    spacing: 36,
    hconcat: (['loss', 'accuracy', 'recall'] as const).map((figure) => buildPanel(figure, history, best)),
  };
}

function toPoints(record: EpochRecord): CurvePoint[] {
  const { epoch, loss, accuracy, recall, valLoss, valAccuracy, valRecall } = record;
  const training: CurvePoint = { epoch, set: 'training', loss, accuracy, recall };
  if (valLoss === null || valAccuracy === null || valRecall === null) return [training];
  return [training, { epoch, set: 'validation', loss: valLoss, accuracy: valAccuracy, recall: valRecall }];
}

function buildPanel(figure: Figure, history: readonly EpochRecord[], best: EpochRecord): Panel {
  const last = history.length;
  const hasValidation = best.valLoss !== null;
  const bestSet = hasValidation ? 'validation' : 'training';
  const sets: CurvePoint['set'][] = hasValidation ? ['training', 'validation'] : ['training'];
  // Half a step of room on both sides, so that no mark lies on an axis.
  const margin = Math.max(0.5, last * 0.02);
  const domain: number[] = [1 - margin, last + margin];
  const x = {
    field: 'epoch',
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: { title: 'Epoch', format: 'd', grid: false, values: chooseEpochTicks(last), labelOverlap: false },
  } as const;
  const y = {
    field: figure,
    type: 'quantitative',
    ...(figure === 'loss'
      ? { scale: { zero: true, nice: 6 }, axis: { tickCount: 6 } }
      : buildShareScale(shares(figure, history))),
    title: { loss: 'Loss', accuracy: 'Accuracy', recall: 'Recall' }[figure],
  } as const;
  const color = {
    field: 'set',
    type: 'nominal',
    scale: { domain: sets, range: sets.map((set) => colors[set]) },
    legend: { title: null, orient: 'top', direction: 'horizontal', symbolType: 'stroke' },
  } as const;
  const isBest = { filter: `datum.epoch === ${best.epoch} && datum.set === '${bestSet}'` };
  return {
    width: 300,
    height: 230,
    encoding: { x },
    layer: [
      {
        transform: [isBest],
        mark: { type: 'rule', color: colors.muted, strokeDash: [3, 3], strokeWidth: 1 },
      },
      {
        mark: {
          type: 'line',
          strokeWidth: 2,
          strokeJoin: 'round',
          point: last <= 40 ? { size: 24, filled: true } : false,
        },
        encoding: { y, color },
      },
      {
        transform: [isBest],
        mark: { type: 'point', size: 90, strokeWidth: 2, filled: false, opacity: 1 },
        encoding: { y, color },
      },
    ],
  };
}

/** At most ten whole epochs, the first among them. */
function chooseEpochTicks(last: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((candidate) => last / candidate <= 10) ?? 1000;
  const ticks = Array.from({ length: Math.floor(last / step) }, (_, index) => (index + 1) * step);
  return step > 2 ? [1, ...ticks] : ticks;
}

function shares(figure: 'accuracy' | 'recall', history: readonly EpochRecord[]): number[] {
  return history.flatMap(toPoints).map((point) => point[figure]);
}

/** A share is drawn up to 1; where the axis starts follows the data, because the differences near 1 are what matters. */
function buildShareScale(values: readonly number[]) {
  const lowest = Math.min(...values, 0.95);
  const step = [0.01, 0.02, 0.05, 0.1].find((candidate) => (1 - lowest) / candidate <= 6) ?? 0.2;
  const count = Math.ceil((1 - lowest) / step - 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((1 - index * step).toFixed(2)));
  return {
    scale: { domain: [ticks.at(-1) as number, 1], nice: false },
    axis: { values: ticks, format: '.2f', labelOverlap: false },
  };
}
