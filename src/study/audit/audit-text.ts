/** An audit as text for a terminal: the worst first. */
import type { AuditResult } from './audit-result.ts';
import {
  describeAudit,
  describeContrast,
  describeCreatedLeaks,
  describeRemedy,
  findBestRemedy,
  formatAuc,
  formatInterval,
  listLeaks,
  readingHelp,
  summarise,
  verdictWords,
} from './audit-words.ts';
import { renderTable, textWidth } from '../../base/text.ts';

const textColumns = 100;

export function renderAudit(result: AuditResult): string {
  const leaks = listLeaks(result);
  const explained = leaks.flatMap((feature) => [
    '',
    `${feature.title}${withContrast(describeContrast(feature, result))}`,
    wrap(feature.meaning, '  '),
    wrap(describeRemedy(feature, result), '  '),
  ]);
  const created = describeCreatedLeaks(result);
  return [
    ...describeAudit(result).map((line) => wrap(line)),
    '',
    renderFeatureTable(result),
    '',
    ...readingHelp.map((line) => wrap(line)),
    ...(leaks.length === 0 ? [] : ['', 'What leaks, what it means, and what takes it away']),
    ...explained,
    ...(created.length === 0 ? [] : ['', ...created.map((line) => wrap(line))]),
    '',
    wrap(summarise(result)),
  ].join('\n');
}

function renderFeatureTable(result: AuditResult): string {
  const rows = result.features.map((feature) => {
    const best = findBestRemedy(feature, result);
    const after = best === undefined ? '' : formatAuc(best.remedy.auc);
    const { title, of, auc, verdict } = feature;
    return [title, of, formatAuc(auc), formatInterval(feature), verdictWords[verdict], best?.name ?? '', after];
  });
  return renderTable(
    [
      { title: 'Known alone' },
      { title: 'Of' },
      { title: 'AUC', align: 'right' },
      { title: '95 % interval', align: 'right' },
      { title: 'Verdict' },
      { title: 'Best remedy' },
      { title: 'AUC after', align: 'right' },
    ],
    rows,
  );
}

function withContrast(contrast: string): string {
  return contrast === '' ? '' : ` (${contrast})`;
}

/** Lines of at most {@link textColumns}, broken at blanks. */
function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && textWidth(line) + 1 + textWidth(word) > textColumns) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
