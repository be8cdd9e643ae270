/** An audit's two charts: each feature's AUC with its interval, and each pixel feature after each option. */
import type { TopLevelSpec } from 'vega-lite';
import type { AuditedFeature, AuditResult } from './audit-result.ts';
import { auditBounds } from './audit-verdict.ts';
import { findBestRemedy, formatAuc } from './audit-words.ts';
import { renderChart, type Chart } from '../charts/render-chart.ts';
import { colors } from '../charts/theme.ts';

const foundLabels = { file: 'the file', pixels: 'the prepared pixels' } as const;
const afterLabel = 'after the best single option';

export function auditChart(result: AuditResult): Promise<Chart> {
  return renderChart(buildAuditChart(result));
}

export function auditMatrixChart(result: AuditResult): Promise<Chart> {
  return renderChart(buildAuditMatrixChart(result));
}

/**
 * Dots with intervals, the worst on top; a ring where the best single option leaves it.
 *
 * @internal
 */
export function buildAuditChart(result: AuditResult): TopLevelSpec {
  const shown = result.features.filter(({ auc }) => auc !== null);
  const titles = shown.map(({ title }) => title);
  const dots = shown.map(({ title, of, auc, interval }) => {
    return {
      title,
      kind: foundLabels[of],
      auc: toScale(auc),
      low: toScale(interval?.low ?? auc),
      high: toScale(interval?.high ?? auc),
    };
  });
  const rings = shown.flatMap((feature) => {
    const best = findBestRemedy(feature, result);
    return best === undefined
      ? []
      : [{ title: feature.title, kind: afterLabel, auc: toScale(best.remedy.auc), from: toScale(feature.auc) }];
  });
  const y = {
    field: 'title',
    type: 'nominal' as const,
    sort: titles,
    axis: { title: null, grid: false, domain: false, ticks: false, labelLimit: 260, labelFontSize: 12 },
  };
  const scale = { domain: [0.4, 1], nice: false };
  const x = {
    field: 'auc',
    type: 'quantitative' as const,
    scale,
    axis: {
      title: 'AUC of guessing the label from this alone',
      values: [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
      format: '.1f',
    },
  };
  const color = {
    field: 'kind',
    type: 'nominal' as const,
    scale: {
      domain: [foundLabels.file, foundLabels.pixels, afterLabel],
      range: [colors.training, colors.validation, colors.muted],
    },
    legend: {
      title: null,
      orient: 'top' as const,
      direction: 'horizontal' as const,
      symbolType: 'circle',
      symbolSize: 90,
      labelLimit: 260,
    },
  };
  return {
    description: `AUC and 95 % interval of ${shown.length} features; dashed lines at ${auditBounds.leaks} and ${auditBounds.strong}.`,
    width: 560,
    height: { step: 21 },
    layer: [
      {
        data: { values: [auditBounds.leaks, auditBounds.strong].map((bound) => ({ bound })) },
        mark: { type: 'rule', color: colors.muted, strokeDash: [4, 4], strokeWidth: 1 },
        encoding: { x: { field: 'bound', type: 'quantitative', scale } },
      },
      {
        data: { values: rings },
        mark: { type: 'rule', color: colors.grid, strokeWidth: 1.5 },
        encoding: { y, x: { field: 'auc', type: 'quantitative', scale }, x2: { field: 'from' } },
      },
      {
        data: { values: dots },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y, x: { field: 'low', type: 'quantitative', scale }, x2: { field: 'high' }, color },
      },
      {
        data: { values: dots },
        mark: { type: 'point', size: 62, filled: true, opacity: 1 },
        encoding: { y, x, color },
      },
      {
        data: { values: rings },
        mark: {
          type: 'point',
          size: 52,
          filled: true,
          fill: 'white',
          stroke: colors.muted,
          strokeWidth: 1.8,
          opacity: 1,
        },
        encoding: { y, x },
      },
    ],
  };
}

/** Below 0.4 is chance, and is drawn at the edge. */
function toScale(value: number | null | undefined): number {
  return Math.max(0.4, value ?? 0.5);
}

/** A feature of the file is worth a row only where some option leaves something of it: the others are constant after any. */
export function listMatrixFeatures(result: AuditResult): AuditedFeature[] {
  return result.features.filter(({ of, id, after }) => {
    return id !== 'fileName' && (of === 'pixels' || after.some(({ verdict }) => verdict !== 'constant'));
  });
}

/**
 * One row per feature, one column per option; the darker, the easier the label is guessed.
 *
 * @internal
 */
export function buildAuditMatrixChart(result: AuditResult): TopLevelSpec {
  const features = listMatrixFeatures(result);
  const found = 'as found';
  const columns = [found, ...result.options.map(({ title }) => title)];
  const cells = features.flatMap((feature) => {
    const own = { title: feature.title };
    const first = { ...own, option: found, auc: feature.auc, best: false };
    return [
      first,
      ...result.options.map(({ id, title }, index) => {
        return { ...own, option: title, auc: feature.after[index]?.auc ?? null, best: feature.best === id };
      }),
    ];
  });
  const values = cells.map((cell) => ({ ...cell, shown: Math.max(0.5, cell.auc ?? 0.5), label: formatAuc(cell.auc) }));
  const x = {
    field: 'option',
    type: 'nominal' as const,
    sort: columns,
    axis: {
      title: null,
      orient: 'top' as const,
      labelAngle: -35,
      labelFontSize: 12,
      domain: false,
      ticks: false,
      labelLimit: 200,
    },
  };
  const y = {
    field: 'title',
    type: 'nominal' as const,
    sort: features.map(({ title }) => title),
    axis: { title: null, domain: false, ticks: false, labelFontSize: 12, labelLimit: 260 },
  };
  return {
    description: `AUC of ${features.length} features, as found and after each of ${result.options.length} ways to prepare the images.`,
    data: { values },
    width: { step: 58 },
    height: { step: 24 },
    layer: [
      {
        mark: { type: 'rect', stroke: 'white', strokeWidth: 2 },
        encoding: {
          x,
          y,
          color: {
            field: 'shown',
            type: 'quantitative',
            scale: { domain: [0.5, 0.6, 0.8, 1], range: ['#f4f4f2', '#fbe6cf', '#f0a868', '#c4500a'] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 12 },
        encoding: {
          x,
          y,
          text: { field: 'label' },
          color: { condition: { test: 'datum.shown > 0.945', value: 'white' }, value: colors.ink },
        },
      },
      {
        transform: [{ filter: 'datum.best' }],
        mark: { type: 'rect', fill: null, stroke: colors.training, strokeWidth: 2.5 },
        encoding: { x, y },
      },
    ],
  };
}
