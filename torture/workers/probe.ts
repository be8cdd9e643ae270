/** A child process of the trial: asks for /healthz and /readyz all the time, as an orchestrator does, and tells how long each took. */
const [url] = process.argv.slice(2) as [string];

export interface Probe {
  readonly address: string;
  readonly seconds: number;
  /** undefined: no answer */
  readonly status: number | undefined;
}

async function probe(address: string): Promise<void> {
  const began = performance.now();
  const status = await fetch(url + address, { signal: AbortSignal.timeout(10_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => undefined,
  );
  const told: Probe = { address, seconds: (performance.now() - began) / 1000, status };
  process.send?.(told);
}

process.on('disconnect', () => process.exit());
for (const address of ['/healthz', '/readyz']) {
  void (async () => {
    for (;;) {
      await probe(address);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
}
