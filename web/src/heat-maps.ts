/** Heat maps, asked for one at a time and kept for a while. */
import type { ExplainAnswer, ModelReference } from '../../src/app/client/service-client.ts';
import type { WorkItem } from './item.ts';
import { pageBudgets } from './page-budgets.ts';
import { ServiceError, type ServiceClient } from './service-client.ts';

const kept = new Map<string, ExplainAnswer>();

export function forgetHeat(): void {
  kept.clear();
}

/** Waits where the service is busy. @throws ServiceError, or what an abort throws */
export async function askHeat(
  client: ServiceClient,
  item: WorkItem,
  model: ModelReference,
  target: string | null,
  signal: AbortSignal,
): Promise<ExplainAnswer> {
  const key = JSON.stringify([item.id, model.id, model.version, target]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  for (;;) {
    try {
      const answer = await client.explain(item.file, model, target, signal);
      kept.set(key, answer);
      const [oldest] = kept.keys();
      if (kept.size > pageBudgets.heatMaps.limit && oldest !== undefined) kept.delete(oldest);
      return answer;
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status !== 429) throw error;
      await wait(Math.min(pageBudgets.heatWait.limit, Math.max(1, error.retryAfter ?? 0) * 1000), signal);
    }
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('Aborted', 'AbortError'));
    });
  });
}
