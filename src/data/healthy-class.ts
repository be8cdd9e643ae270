/** Which classes mean that nothing was found: such a class is not what a detector looks for. */

const healthy = /^(normal|healthy|negative|controls?|no ?findings?|(no|non|not|without) .+|正常|健康|阴性)$/;

/** By its name, in whatever case, with `_`, `-` or blanks between words. */
export function isHealthyClass(name: string): boolean {
  return healthy.test(
    name
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' ')
      .trim(),
  );
}

/**
 * The positive class where nobody names one: the last in order, but never one that means healthy while another does not.
 *
 * @param classNames at least one
 */
export function defaultPositive(classNames: readonly string[]): string {
  return classNames.findLast((name) => !isHealthyClass(name)) ?? (classNames.at(-1) as string);
}
