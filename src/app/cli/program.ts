/** The command tree: names, flags and help. What a command needs to do its work is loaded when it runs, so that help is quick. */
import { Command } from 'commander';
import { programVersion } from '../../base/version.ts';
import { registerCalibrate } from './commands/calibrate.ts';
import { registerCard } from './commands/card.ts';
import { registerCrossval } from './commands/crossval.ts';
import { registerCompress } from './commands/compress.ts';
import { registerDataset } from './commands/dataset.ts';
import { registerDemo } from './commands/demo.ts';
import { registerDicom } from './commands/dicom.ts';
import { registerEnsemble } from './commands/ensemble.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerExplain } from './commands/explain.ts';
import { registerGuard } from './commands/guard.ts';
import { registerLrFind } from './commands/lr-find.ts';
import { registerPredict } from './commands/predict.ts';
import { registerReport } from './commands/report.ts';
import { registerRobustness } from './commands/robustness.ts';
import { registerServe } from './commands/serve.ts';
import { registerTrain } from './commands/train.ts';

const description = `Train, evaluate and use convolutional networks that detect pneumonia in chest X-rays.

Not a medical device: for research and teaching. Do not diagnose or treat anyone with it.`;

const epilogue = `
Each command has its own help: pneumoscope dataset split --help

Examples:
  $ pneumoscope predict some-xray.jpeg                     an answer from the shipped model
  $ pneumoscope dataset phantoms --out phantoms            synthetic X-rays for a first try
  $ pneumoscope dataset get --out raw                      the real X-rays, about 1.2 GB
  $ pneumoscope dataset split raw --out data               train, validation and test sets, by patient
  $ pneumoscope lr-find data --recipe improved             a first learning rate
  $ pneumoscope crossval raw --recipe demo --out folds     a test on every patient, once
  $ pneumoscope dataset split raw --out data --json | jq   any result as JSON

Exit codes:
  0    done
  1    failed: one line 'error E_CODE: ...' on standard error says why and what to do
  2    the command line is wrong
  70   a defect of pneumoscope; please report the stack
  130  interrupted; the line on standard error says how to continue

With --json standard output holds one JSON document: the result, or {"error": {"code", "message"}}.
Progress goes to standard error. NO_COLOR=1 turns colours off.`;

/** Each call builds a new tree, because parsing leaves values in it. */
export function buildProgram(): Command {
  const program = new Command('pneumoscope')
    .description(description)
    .version(programVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', epilogue)
    .helpCommand(false)
    // Inherited by the commands that are added below: the parser throws, and the one catch-all prints.
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  registerDataset(program);
  registerTrain(program);
  registerCrossval(program);
  registerLrFind(program);
  registerCalibrate(program);
  registerGuard(program);
  registerEvaluate(program);
  registerPredict(program);
  registerDicom(program);
  registerRobustness(program);
  registerExplain(program);
  registerReport(program);
  registerCard(program);
  registerServe(program);
  registerEnsemble(program);
  registerCompress(program);
  registerDemo(program);
  return program;
}
