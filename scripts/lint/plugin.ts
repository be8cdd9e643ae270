/**
 * The house rules that no stock lint rule states: the order of the folders, and who may import which package.
 * A plugin of oxlint in ESLint's form; only the few shapes of it that are used here are typed.
 */
import { checkImport } from './layers.ts';

interface Literal {
  readonly type: string;
  readonly value?: unknown;
}

interface WithSource {
  readonly source?: Literal | null;
}

/** `typeof import('x')` and `import('x').Y` in a type. */
interface ImportType {
  readonly source?: Literal;
  readonly argument?: Literal & { readonly literal?: Literal };
}

interface Context {
  readonly filename: string;
  readonly cwd: string;
  report(problem: { readonly node: unknown; readonly message: string }): void;
}

function create(context: Context): Record<string, (node: never) => void> {
  const file = context.filename.slice(context.cwd.length + 1).replaceAll('\\', '/');
  const check = (source: Literal | null | undefined): void => {
    if (source === null || source === undefined || typeof source.value !== 'string') return;
    const message = checkImport(file, source.value);
    if (message !== undefined) context.report({ node: source, message });
  };
  return {
    ImportDeclaration: (node: WithSource) => check(node.source),
    ExportNamedDeclaration: (node: WithSource) => check(node.source),
    ExportAllDeclaration: (node: WithSource) => check(node.source),
    ImportExpression: (node: WithSource) => check(node.source),
    TSImportType: (node: ImportType) => check(node.source ?? node.argument?.literal ?? node.argument),
  };
}

export default { meta: { name: 'pneumoscope' }, rules: { layers: { create } } };
