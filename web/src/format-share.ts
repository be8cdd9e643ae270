/**
 * A share of 1 as a percentage, for probabilities and rates. Only 0 and 1 read as such: 0.9995 is '>99.9%', because «100.0%» would say that
 * nothing is ever wrong.
 */
export function formatShare(share: number, locale: string, digits: number): string {
  const step = 10 ** -(digits + 2);
  const write = (value: number): string =>
    value.toLocaleString(locale, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (share > 0 && share < step / 2) return `<${write(step)}`;
  return share < 1 && share >= 1 - step / 2 ? `>${write(1 - step)}` : write(share);
}
