/** The page in a browser, watched for what it must never do. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface OpenedPage {
  readonly page: Page;
  /** requests to anywhere but the service */
  readonly strangers: readonly string[];
  /** errors of the console, of scripts and of the content security policy */
  readonly errors: readonly string[];
  readonly close: () => Promise<void>;
}

export interface DroppedFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface PageOptions {
  readonly dark?: boolean;
  /** colours that the system forces on every page */
  readonly forced?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** in the order of preference */
  readonly languages?: readonly string[];
}

export async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<OpenedPage> {
  const { dark = false, forced = false, width = 1280, height = 800, languages = ['en-GB'] } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    ...(forced && { forcedColors: 'active' as const }),
    locale: languages[0] ?? 'en-GB',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const strangers: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    const own = request.url();
    if (!own.startsWith(`${url}/`) && !own.startsWith('blob:') && !own.startsWith('data:')) strangers.push(own);
  });
  page.on('console', (message) => {
    // A refused request is what some tests want; the browser reports each as an error.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  // A browser can be started with one language alone, and people have several.
  await page.addInitScript(
    `Object.defineProperty(navigator, 'languages', { value: Object.freeze(${JSON.stringify(languages)}) });`,
  );
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective));`,
  );
  await page.goto(`${url}/`);
  return { page, strangers, errors, close: () => context.close() };
}

/** As from a file manager. */
export async function dropFiles(page: Page, files: readonly DroppedFile[]): Promise<void> {
  await page.evaluate(`(() => {
    const dataTransfer = ${composeTransfer(files)};
    for (const name of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
    }
  })()`);
}

export async function pasteFiles(page: Page, files: readonly DroppedFile[]): Promise<void> {
  await page.evaluate(
    `document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: ${composeTransfer(files)}, bubbles: true }))`,
  );
}

/** An expression of the page. */
function composeTransfer(files: readonly DroppedFile[]): string {
  const list = files.map(({ name, type, bytes }) => ({ name, type, text: bytes.toString('base64') }));
  return `(() => {
    const transfer = new DataTransfer();
    for (const { name, type, text } of ${JSON.stringify(list)}) {
      transfer.items.add(new File([Uint8Array.from(atob(text), (each) => each.charCodeAt(0))], name, { type, lastModified: 1 }));
    }
    return transfer;
  })()`;
}

/** Two fingers, left and right of a point, that move apart from one distance to another. */
export async function pinch(page: Page, { x, y }: { x: number; y: number }, from: number, to: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const touch = async (type: 'touchStart' | 'touchMove', distance: number): Promise<void> => {
    const touchPoints = [-0.5, 0.5].map((side, id) => ({ x: x + side * distance, y, id }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  await touch('touchStart', from);
  for (let step = 1; step <= 4; step++) await touch('touchMove', from + ((to - from) * step) / 4);
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** Through the browser's own drag and drop, which alone can drop folders. */
export async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const data = { items: [], files: [folder], dragOperationsMask: 1 };
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  }
}

/** All that axe finds, a line for each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`);
}
