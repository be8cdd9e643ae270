/** What was seen during the load, held against what must be. */
import type { PartReport } from '../settings.ts';
import type { Probe } from '../workers/probe.ts';

const mostMemory = 800_000_000;
const slowestStop = 10;
/** Images of a batch move each other's last bits. */
const sameAnswer = 1e-6;
const busy = [429, 503];

export class LoadRecord {
  readonly #broke = new Map<string, number>();
  readonly #slowest = new Map<string, number>();
  readonly #slowestProbe: number;
  #good = 0;
  #turnedAway = 0;
  #hostile = 0;
  #probes = 0;
  #notReady = 0;
  #deaths = 0;
  #memory = 0;
  #difference = 0;
  #stopSeconds = 0;

  /** @param slowestProbe seconds that /healthz and /readyz may take */
  constructor(slowestProbe: number) {
    this.#slowestProbe = slowestProbe;
  }

  /** @param difference of the probability from that of the same image without load */
  addGood(status: number, difference: number): void {
    this.#good += 1;
    if (busy.includes(status)) this.#turnedAway += 1;
    else if (status !== 200) this.#add(`a good image is answered with ${status}`);
    else if (difference > sameAnswer) this.#add('a good image gets another probability');
    else this.#difference = Math.max(this.#difference, difference);
  }

  addHostile(name: string, status: number | undefined, right: readonly number[] | undefined): void {
    this.#hostile += 1;
    if (status === undefined || right?.includes(status) === true) return;
    const isRefusal = (status >= 400 && status < 500) || status === 503;
    if (right === undefined ? !isRefusal : !busy.includes(status)) this.#add(`${name} is answered with ${status}`);
  }

  addFailure(name: string, error: unknown): void {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    this.#add(`${name} gets no answer (${error instanceof Error ? error.message : String(error)}${cause})`);
  }

  addProbe({ address, seconds, status }: Probe): void {
    this.#probes += 1;
    this.#slowest.set(address, Math.max(this.#slowest.get(address) ?? 0, seconds));
    if (seconds > this.#slowestProbe) this.#add(`${address} takes more than ${this.#slowestProbe} s`);
    if (status === undefined) this.#add(`${address} gives no answer`);
    else if (status === 503) this.#notReady += 1;
    else if (status !== 200) this.#add(`${address} is answered with ${status}`);
  }

  addMemory(bytes: number): void {
    this.#memory = Math.max(this.#memory, bytes);
  }

  /** @returns its number */
  countDeath(): void {
    this.#deaths += 1;
  }

  addThreads(found: number, expected: number): void {
    if (found !== expected) this.#add(`${found} threads are alive at the end, not ${expected}`);
  }

  /** @param counted by the service, whose log must name each with its cause */
  addDeaths(counted: number, log: string): void {
    const logged = log.split('\n').filter((line) => /"event":"thread-died".*"cause":"\S/.test(line)).length;
    if (logged < counted) this.#add(`${counted} threads died, but the log names the cause of ${logged}`);
    if (counted === 0 && this.#deaths > 1) this.#add(`${this.#deaths} threads were to die, and none did`);
  }

  addStop(seconds: number): void {
    this.#stopSeconds = seconds;
    if (seconds > slowestStop) this.#add(`the service takes ${Math.round(seconds)} s to stop`);
  }

  describe(): string {
    const megabytes = Math.round(this.#memory / 1e6);
    const probes = [...this.#slowest].map(([address, seconds]) => `${address} ${seconds.toFixed(2)} s`).join(', ');
    return `${this.#good} good requests (${this.#turnedAway} turned away), ${this.#hostile} hostile, ${this.#deaths} threads killed; ${megabytes} MB at most; slowest ${probes}`;
  }

  /** @param log of the service */
  report(log: string): PartReport {
    if (this.#memory > mostMemory) this.#add(`${Math.round(this.#memory / 1e6)} MB of memory`);
    if (/\n {4}at /.test(log)) this.#add('the log of the service holds a stack');
    const broke = [...this.#broke].map(([sentence, count]) =>
      count === 1 ? sentence : `${sentence} (${count} times)`,
    );
    const rest = `not ready ${this.#notReady} of ${this.#probes} times, largest difference of an answer ${this.#difference.toExponential(0)}, stopped in ${this.#stopSeconds.toFixed(1)} s`;
    return { cases: this.#good + this.#hostile, broke, worst: `${this.describe()}; ${rest}` };
  }

  #add(sentence: string): void {
    this.#broke.set(sentence, (this.#broke.get(sentence) ?? 0) + 1);
  }
}
