/**
 * The message of an error carries no final full stop: messages are put into other sentences, and who prints a lone one ends it
 * (`endSentence` in src/base/text.ts). `pneumoscope/final-stop` holds this, as far as a message can be read off the code.
 */

/** The few shapes of ESTree that messages are made of. */
export interface MessageNode {
  readonly type: string;
  readonly start: number;
  readonly name?: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
  readonly expressions?: readonly MessageNode[];
  readonly consequent?: MessageNode;
  readonly alternate?: MessageNode;
  readonly left?: MessageNode;
  readonly right?: MessageNode;
}

export interface CallNode {
  readonly callee: { readonly type: string; readonly name?: string };
  readonly arguments: readonly MessageNode[];
}

/** Their second argument is the message. */
const errorNames: ReadonlySet<string | undefined> = new Set([
  'PneumoscopeError',
  'UnreadableImageError',
  'Problem',
  'refuse',
]);

/** The message that a call throws or an error is made with; undefined for other calls. */
export function findMessage({ callee, arguments: [first, message] }: CallNode): MessageNode | undefined {
  // The functions of this name that know their code themselves take the file's name first.
  const hasCode = callee.name !== 'refuse' || first?.type === 'Literal';
  return callee.type === 'Identifier' && errorNames.has(callee.name) && hasCode ? message : undefined;
}

/**
 * @param declared what the constants of the file begin with, by name, in the order of the file
 * @returns what ends in a single full stop, of a message and all that it may end in
 */
export function findFinalStop(
  message: MessageNode | undefined,
  declared: ReadonlyMap<string, readonly MessageNode[]>,
): MessageNode | undefined {
  if (message === undefined) return undefined;
  const inner = (node: MessageNode | undefined): MessageNode | undefined => findFinalStop(node, declared);
  switch (message.type) {
    case 'Literal':
      return endsInStop(message.value) ? message : undefined;
    case 'TemplateLiteral': {
      const tail = message.quasis?.at(-1)?.value.cooked ?? '';
      if (tail === '') return inner(message.expressions?.at(-1));
      return endsInStop(tail) ? message : undefined;
    }
    case 'ConditionalExpression':
      return inner(message.consequent) ?? inner(message.alternate);
    case 'LogicalExpression':
      return inner(message.left) ?? inner(message.right);
    case 'BinaryExpression':
      return inner(message.right);
    case 'Identifier':
      return inner(declared.get(message.name ?? '')?.findLast(({ start }) => start < message.start));
    default:
      return undefined;
  }
}

function endsInStop(text: unknown): boolean {
  return typeof text === 'string' && /(?<!\.)\.$/.test(text);
}
