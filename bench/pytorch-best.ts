/** PyTorch in the better of its two memory layouts, as one contestant. */
import type { Contestant } from './lib/interleave.ts';
import { type PytorchLayout, type PytorchSession, type PytorchTask } from './lib/peer.ts';
import { summarize } from './lib/statistics.ts';

export interface PytorchPeer {
  readonly contestant: Contestant;
  readonly label: string;
}

/** Measures both layouts briefly and keeps the faster. @param steps steps to average over in one measurement */
export async function bestLayout(session: PytorchSession, task: PytorchTask, steps = 1): Promise<PytorchPeer> {
  const probe = async (layout: PytorchLayout): Promise<number> => {
    const { seconds } = await session.measure(task, layout, 3);
    return summarize(seconds).median;
  };
  const nchw = await probe('nchw');
  const channelsLast = await probe('channels_last');
  const layout = channelsLast < nchw ? 'channels_last' : 'nchw';
  const measure = async (): Promise<number> => {
    const { seconds } = await session.measure(task, layout, steps);
    return seconds.reduce((total, value) => total + value, 0) / seconds.length;
  };
  return { contestant: { name: 'pytorch', measure }, label: `PyTorch ${session.head.torch}, ${layout}` };
}
