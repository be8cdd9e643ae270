/** What `npm run torture -- --help` says. */
export const usage = `Usage: npm run torture -- [options]

Tries to break the program, and says what broke. The parts, in their order:

  kills       SIGKILL to 'train' at random moments, then --resume; the history, the weights and the optimiser's state must
              be those of a training that nobody disturbed, to the last bit
  operations  each file operation of train, calibrate, compress, get, split, quarantine, report and crossval fails in
              turn (disk full, disk fault), is torn after half of its bytes, or is the moment of a SIGKILL; nothing that was
              there may be lost, and the same command must reach the same end
  power       a copy of the disk at the moment after 'done' of get, split, train, compress and calibrate, without a sync;
              needs root and loop devices, else it is skipped and says so
  images      damaged JPEG, PNG, TIFF and WebP files: an answer, or one sentence with a code
  models      damaged model files: the same
  zips        damaged archives: the same, and nothing outside of the folder
  protocol    requests of the Open Inference Protocol, sound and damaged: right tensors, or one sentence; never 500
  load        hostile and good requests at once while threads of the service die: each answer right, memory at most 800 MB,
              /healthz and /readyz below a second

  --only LIST       of these parts (default: all)
  --seed N          of everything that is drawn (default 1)
  --kills N         (default 200)
  --commands LIST   of operations (default: all; with --smoke: get, split, calibrate)
  --faults N        file operations of each command at most (default: every one)
  --images N        (default 20000)
  --models N        (default 5000)
  --zips N          (default 5000)
  --requests N      of the protocol (default 2000)
  --minutes N       of load (default 10)
  --first N         first case of images, models and zips: with --images 1 one case is seen again (default 0)
  --json            JSON instead of a table
  --smoke           all parts at their smallest, within a minute

Exit code 0: all held. 1: something broke; each case is named with what finds it again. 2: the command line is wrong.
A whole trial takes an hour or two on two cores.

Examples:
  $ npm run torture -- --only images --seed 7
  $ npm run torture -- --only images --seed 7 --first 4711 --images 1
  $ npm run torture -- --only load --minutes 60
`;
