/** The program: the one place that catches everything, prints it and ends the process. */
import { diskError } from '../../base/files/disk-error.ts';
import { endSentence, showControlsInLines } from '../../base/text.ts';
import { describeFailure, exitCodes, type Failure } from './failure.ts';
import { leaveHungThreads } from './leave.ts';
import { colorsFor, renderJson } from './output.ts';
import { buildProgram } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our result has had enough (| head): that is no failure of ours.
  if (error.code === 'EPIPE') process.exit(exitCodes.success);
  const remedy = 'send standard output elsewhere and run the command again';
  const { code, message } = diskError(error.code ?? error.message, 'The result', { remedy });
  process.stderr.write(`error ${code}: ${endSentence(message)}\n`, () => process.exit(exitCodes.failure));
});
// Nobody reads our words about the work any more; the work itself goes on.
process.stderr.on('error', () => {});

const given = process.argv.slice(2);
const args = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
const program = buildProgram();
let exitCode: number = exitCodes.success;
try {
  await program.parseAsync(args, { from: 'user' });
  // A command that has its result and yet wants attention, such as a check that found something, says so here.
  exitCode = Number(process.exitCode ?? exitCodes.success);
} catch (error) {
  const failure = describeFailure(error, program, args);
  if (failure !== undefined) {
    report(failure);
    exitCode = failure.exitCode;
  }
}
// A worker or socket that something left open must not keep the finished program alive. Where nobody reads, the listener above ends it.
await flush(process.stdout);
await flush(process.stderr);
await leaveHungThreads(exitCode);
process.exit(exitCode);

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', (error) => {
      if (error === null || error === undefined || stream === process.stderr) resolve();
    });
  });
}

function report({ code, message, stack }: Failure): void {
  const { red } = colorsFor(process.stderr);
  const text = showControlsInLines([message, ...(stack === undefined ? [] : [stack])].join('\n'));
  process.stderr.write(`${red('error')} ${code}: ${text}\n`);
  if (args.includes('--json')) process.stdout.write(`${renderJson({ error: { code, message } })}\n`);
}
