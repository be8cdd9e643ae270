/** The history of a training: one record per epoch, kept as `history.csv` in the run's folder with Keras's column names. */
import { PneumoscopeError } from '../../base/errors.ts';

/** The figures of one epoch. The validation figures are null where there is no validation set. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the training images, taken while the weights moved. */
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number;
  /** 0..1 */
  readonly recall: number;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly valRecall: number | null;
  readonly learningRate: number;
  /** Wall-clock time of the epoch, validation included. */
  readonly seconds: number;
  /** Training images per second of training, validation excluded. */
  readonly imagesPerSecond: number;
}

const columns: Readonly<Record<keyof EpochRecord, string>> = {
  epoch: 'epoch',
  loss: 'loss',
  accuracy: 'accuracy',
  recall: 'recall',
  valLoss: 'val_loss',
  valAccuracy: 'val_accuracy',
  valRecall: 'val_recall',
  learningRate: 'learning_rate',
  seconds: 'seconds',
  imagesPerSecond: 'images_per_second',
};
const fields = Object.keys(columns) as (keyof EpochRecord)[];
const mayBeEmpty: ReadonlySet<keyof EpochRecord> = new Set(['valLoss', 'valAccuracy', 'valRecall'] as const);

/** Every number is written with the digits that read back as the same float64; null is an empty cell. */
export function renderHistoryCsv(history: readonly EpochRecord[]): string {
  const lines = history.map((record) => fields.map((field) => record[field] ?? '').join(','));
  return [fields.map((field) => columns[field]).join(','), ...lines, ''].join('\n');
}

/**
 * Reads what {@link renderHistoryCsv} wrote. Columns are found by name, so that a table that a spreadsheet saved with columns moved
 * or added reads as well.
 *
 * @param file named in errors
 * @throws PneumoscopeError E_HISTORY, naming the line
 */
export function parseHistoryCsv(text: string, file = 'history.csv'): EpochRecord[] {
  const fail = (sentence: string): never => {
    throw new PneumoscopeError('E_HISTORY', `${file}: ${sentence}`);
  };
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim());
  const missing = fields.map((field) => columns[field]).filter((column) => !names.includes(column));
  if (missing.length > 0) {
    fail(
      `the columns ${missing.join(', ')} are missing from the first line; was this file written by another program?`,
    );
  }

  const history: EpochRecord[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 2}`;
    const cells = line.split(',');
    if (cells.length !== names.length) {
      fail(`${where} has ${cells.length} cells, but ${names.length} were expected; was the file cut off?`);
    }
    const record = Object.fromEntries(
      fields.map((field) => {
        const cell = cells[names.indexOf(columns[field])]?.trim() ?? '';
        if (cell === '' && mayBeEmpty.has(field)) return [field, null];
        const value = cell === '' ? NaN : Number(cell);
        if (!Number.isFinite(value)) fail(`${where}: ${columns[field]} is '${cell}', but a number was expected`);
        return [field, value];
      }),
    ) as unknown as EpochRecord;
    if (record.epoch !== history.length + 1) {
      fail(`${where} is epoch ${record.epoch}, but epoch ${history.length + 1} was expected`);
    }
    history.push(record);
  }
  return history;
}

/**
 * The epoch whose weights a training keeps: the lowest validation loss, or the lowest training loss without a validation set; the
 * first of equals (Keras's EarlyStopping takes strict improvements only).
 */
export function findBestEpoch(history: readonly EpochRecord[]): EpochRecord | undefined {
  let best: EpochRecord | undefined;
  for (const record of history) {
    if (best === undefined || (record.valLoss ?? record.loss) < (best.valLoss ?? best.loss)) best = record;
  }
  return best;
}
