/** Answers in the place of the service, inside the browser: as quick as a test of the page itself needs, and always the same. */
import type { Page } from 'playwright-core';

export interface FastService {
  /** milliseconds until a group of images is answered */
  readonly wait: number;
}

/** Before the page is opened or reloaded. Probabilities follow from the names' order: 0.01 to 0.99, none twice in a row. */
export async function answerFast(page: Page, { wait }: FastService): Promise<void> {
  await page.addInitScript(`(() => {
    const ask = window.fetch;
    let count = 0;
    window.askedImages = 0;
    window.fetch = async (input, init) => {
      const url = String(input instanceof Request ? input.url : input);
      if (!url.includes('/api/v1/classify')) return ask(input, init);
      const images = init.body.getAll('image');
      window.askedImages += images.length;
      await new Promise((resolve) => setTimeout(resolve, ${wait}));
      init.signal?.throwIfAborted();
      const { models } = await (await ask('./api/v1/models')).json();
      const { id, version } = models[0];
      const results = images.map((_, index) => {
        count += 1;
        const probability = ((count * 37) % 99 + 1) / 100;
        const positive = probability > 0.5;
        return {
          index, name: null, status: 'answered', label: positive ? 'PNEUMONIA' : 'NORMAL', positive, probability, threshold: 0.5,
          probabilities: { NORMAL: 1 - probability, PNEUMONIA: probability }, uncertain: false, guard: null, sha256: null, pages: 1,
          reason: null, timings: null, problem: null,
        };
      });
      return Response.json({ model: { id, version }, results, milliseconds: 1, notice: '' });
    };
  })()`);
}

/** Makes many images of the same pixels under names of their own, scan-0000.png and so on, which `dropMany` drops. */
export async function drawMany(page: Page, image: Buffer, count: number): Promise<void> {
  await page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(image.toString('base64'))}), (each) => each.charCodeAt(0));
    window.manyFiles = new DataTransfer();
    for (let index = 0; index < ${count}; index += 1) {
      const name = 'scan-' + String(index).padStart(4, '0') + '.png';
      window.manyFiles.items.add(new File([bytes], name, { type: 'image/png', lastModified: 1 }));
    }
  })()`);
}

export async function dropMany(page: Page): Promise<void> {
  await page.evaluate(
    `document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: window.manyFiles, bubbles: true, cancelable: true }))`,
  );
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** microseconds of the processor */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * What keeps the page's own thread busy for longest while something is done, the slowest first. No frame can come before a task ends.
 *
 * @returns milliseconds of the processor, which do not grow where other programs want it too
 */
export async function slowestTasks(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'], excludedCategories: ['*'] },
  });
  await act();
  const complete = new Promise((resolve) => {
    session.once('Tracing.tracingComplete', resolve);
  });
  await session.send('Tracing.end');
  await complete;
  const keyOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const pages = new Set(threads.map(keyOf));
  const tasks = events.filter((event) => event.ph === 'X' && event.tdur !== undefined && pages.has(keyOf(event)));
  return tasks.map(({ tdur = 0 }) => Math.round(tdur / 1000)).toSorted((one, other) => other - one);
}
