/** The germ as a column of subgroups. */
import type { Prediction } from '../../statistics/prediction/prediction.ts';
import type { SubgroupColumn } from '../../statistics/study/subgroups.ts';
import { pathogen } from './patients.ts';

/** The germ that the names of the Kermany X-rays tell: bacteria or virus, of pneumonia only. */
export function germColumn(predictions: readonly Pick<Prediction, 'file'>[]): SubgroupColumn {
  const known = predictions.flatMap(({ file }): [string, string][] => {
    const germ = pathogen(file);
    return germ === undefined ? [] : [[file, germ]];
  });
  return { name: 'germ', values: new Map(known) };
}
