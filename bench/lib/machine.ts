/** The machine that figures were measured on, as far as a reader needs it to judge them. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** load average of the last minute: above zero before the benchmark starts, others use the machine */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    platform: `${process.platform}-${process.arch} ${release()}`,
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
  };
}

/** One line for the head of a table. */
export function renderMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, node, load } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, load ${load.toFixed(2)} at the start`;
}
