/**
 * The house rules that no stock lint rule states: the order of the folders, who may import which package, and how messages end.
 * A plugin of oxlint in ESLint's form; only the few shapes of it that are used here are typed.
 */
import { findFinalStop, findMessage, type CallNode, type MessageNode } from './final-stop.ts';
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

function createLayers(context: Context): Record<string, (node: never) => void> {
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

function createFinalStop(context: Context): Record<string, (node: never) => void> {
  const declared = new Map<string, MessageNode[]>();
  const messages: MessageNode[] = [];
  const note = (node: CallNode): void => {
    const message = findMessage(node);
    if (message !== undefined) messages.push(message);
  };
  return {
    NewExpression: note,
    CallExpression: note,
    VariableDeclarator: ({ id, init }: { readonly id: MessageNode; readonly init: MessageNode | null }) => {
      if (id.name === undefined || init === null) return;
      declared.set(id.name, [...(declared.get(id.name) ?? []), init]);
    },
    'Program:exit': () => {
      for (const message of messages) {
        const node = findFinalStop(message, declared);
        if (node !== undefined) context.report({ node, message: "an error's message has no final full stop" });
      }
    },
  };
}

export default {
  meta: { name: 'pneumoscope' },
  rules: { layers: { create: createLayers }, 'final-stop': { create: createFinalStop } },
};
