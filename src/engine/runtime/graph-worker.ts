/** The thread in which graphs run, since a run blocks the thread it is on. Answers each request of graph-client.ts. */
import { hostThread, Moving } from '../../base/threads/host-thread.ts';
import {
  GraphSession,
  type GraphSettings,
  type OutputNames,
  type Results,
  type WantedOutputs,
} from './graph-session.ts';
import type { Tensors } from './tensor.ts';

export interface GraphThread {
  readonly settings: GraphSettings;
  readonly calls: {
    readonly outputNames: { readonly request: undefined; readonly reply: OutputNames };
    readonly run: {
      readonly request: { readonly graph: string; readonly feeds: Tensors; readonly wanted: WantedOutputs };
      /** by the names of the wanted outputs */
      readonly reply: Results;
    };
    readonly shuffle: {
      readonly request: { readonly tensor: string; readonly seed: number };
      readonly reply: void;
    };
  };
}

hostThread<GraphThread>(async (settings) => {
  const session = await GraphSession.load(settings);
  return {
    handlers: {
      outputNames: () => session.outputNames,
      run: async ({ graph, feeds, wanted }) => {
        const results = await session.run(graph, feeds, wanted);
        return new Moving(
          results,
          Object.values(results).map(({ buffer }) => buffer),
        );
      },
      shuffle: ({ tensor, seed }) => session.shuffle(tensor, seed),
    },
    close: () => session.close(),
  };
});
