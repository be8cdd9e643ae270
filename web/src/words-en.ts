/** Every word of the page in English; its type is what other languages must have. */
import { formatShare } from './format-share.ts';
import type { CardSection } from './card-section.ts';
import type { ShownAs } from './display-words.ts';
import type { KeepChoice } from './keep-choices.ts';
import type { TableColumn } from './patient-table.ts';
import { pageBudgets } from './page-budgets.ts';
import type { Sorting } from './sorting.ts';
import type { Status } from './item.ts';

const number = (value: number): string => value.toLocaleString('en-GB');
const keptHours = pageBudgets.unusedList.limit / 3_600_000;
const images = (count: number): string => (count === 1 ? '1 image' : `${number(count)} images`);

const bytes = (value: number): string =>
  value < 1000
    ? `${number(value)} B`
    : value < 2 ** 20
      ? `${number(Math.round(value / 1000))} kB`
      : `${(value / 2 ** 20).toLocaleString('en-GB', { maximumFractionDigits: 1 })} MiB`;

const status: Record<Status, string> = {
  sealed: 'For you to read',
  positive: 'Positive',
  uncertain: 'Uncertain',
  refused: 'Refused',
  failed: 'Failed',
  named: 'Answered',
  negative: 'Negative',
  sending: 'Being read',
  waiting: 'Waiting',
};

const statusMeaning: Record<Status, string> = {
  sealed: 'The answer is there. It is shown once you have said what you see.',
  positive: 'The probability lies above the threshold. Look at these first.',
  uncertain: "In the model's uncertain band: a person should look.",
  refused: 'Not an image that the model may be asked about, so there is no answer.',
  failed: 'Could not be read or sent; the reason stands beside the image.',
  named: 'The model tells more than two classes apart; the likeliest is named.',
  negative: 'The probability does not lie above the threshold. That is no all-clear.',
  sending: 'The service has it.',
  waiting: 'Not sent yet.',
};

const sorting: Record<Sorting, string> = {
  urgency: 'Urgency',
  'most-probable': 'Probability, highest first',
  'least-probable': 'Probability, lowest first',
  name: 'Name',
  added: 'Order added',
};

/** By the code of the problem. Those of the service come with a sentence of their own, which English shows. */
const problems: Record<string, string> = {
  'bad-request': 'The service did not understand the request.',
  'token-missing': 'The service asks for a token.',
  'not-allowed': 'The token is not for images; enter another one.',
  'wrong-origin': 'The service does not answer this page; open it at the address that the service printed.',
  'not-found': 'The service has no such model any more; choose another one.',
  'too-large': 'The image is larger than the service accepts.',
  'wrong-type': 'This is not an image that can be read: DICOM, JPEG, PNG, TIFF and WebP are.',
  'unreadable-image': 'The image is damaged or cut short.',
  'guard-refused': 'This does not look like the X-rays the model was trained on, so nothing is said about it.',
  'queue-full': 'The service has too much to do.',
  internal: 'The service has a defect; its log has more.',
  'shutting-down': 'The service is stopping.',
  'not-ready': 'The service is not ready.',
  'timed-out': 'The service took too long over it.',
  'no-answer': 'The service does not answer.',
  'bad-answer': 'Something answered that is not this service.',
  'header-refused': 'The DICOM header says that this is no image for the model.',
  'file-gone': 'The file can no longer be read: it was moved, changed or deleted. Add it again.',
};

/** By the code of the reason why an image cannot be read; English shows the service's sentence. */
const reasons: Record<string, string> = {};

const guardReasons: Record<string, string> = {
  inverted: 'its light and dark parts lie as in an inverted or cropped one',
  'upside down': 'it seems to be upside down',
  'on its side': 'it seems to lie on its side',
  unlike: 'its light and dark parts lie elsewhere',
  'fine pattern': 'its fine detail is unlike that of an X-ray',
  empty: 'it has next to no contrast',
};

/** What a header says, as sentences of a refusal need it; null: it does not say. */
export interface HeaderAbout {
  readonly age: string | null;
  /** that the model knows */
  readonly ages: { readonly low: number; readonly high: number } | null;
  readonly modality: string | null;
  readonly bodyPart: string | null;
  readonly view: string | null;
}

const ageOf = (years: number): string => {
  if (years >= 2) return `${Math.floor(years)} years`;
  const months = Math.floor(years * 12);
  return months === 1 ? '1 month' : `${months} months`;
};

const knownAges = ({ ages }: HeaderAbout): string =>
  ages ? ` This model knows patients of ${ages.low} to ${ages.high} years.` : '';

/** By the code of the reason. */
const headerReasons: Record<string, (about: HeaderAbout) => string> = {
  'header-modality': ({ modality }) =>
    modality === null
      ? 'The header has no modality. X-rays of CR, DX or RG are taken.'
      : `The header says ${modality}, and the file is no X-ray of CR, DX or RG.`,
  'header-intent': () => 'The header says FOR PROCESSING. The image FOR PRESENTATION is needed.',
  'header-age': (about) => `The header says ${about.age}.${knownAges(about)}`,
  'header-age-unknown': (about) =>
    `The header gives no age, none that can be read, or one that contradicts the date of birth.${knownAges(about)}`,
  'header-body-part': ({ bodyPart }) => `The header says ${bodyPart}. A chest is needed.`,
  'header-view': ({ view }) =>
    `${view === null ? 'By its header this is a lateral view.' : `The header says ${view}.`} A frontal view is needed.`,
  'header-species': () => 'The header says that this is an animal.',
  'header-quality-control': () => 'The header says that this is a test of the device.',
  'header-derived': () => 'The header says that this was derived from an X-ray. The X-ray itself is needed.',
  'header-own-result': () => 'This is a result of Pneumoscope, not an X-ray.',
};

const headerFlags: Record<string, string> = {
  'age-unknown': 'Age not known.',
  'body-part-unknown': 'Body part not given.',
  'view-unknown': 'Not known to be a frontal view.',
  'secondary-capture': 'A secondary capture, not the X-ray as it was taken.',
  'burned-in-words': 'Words stand in the pixels.',
  overlays: 'Drawings over the pixels were left out.',
  lossy: 'Compressed with much loss.',
};

const keptFor: Record<KeepChoice, string> = {
  tab: 'Kept on this computer for this tab.',
  browser: 'Kept on this computer for everybody.',
  off: 'In memory alone, lost with the page.',
};

const keepTexts: Record<KeepChoice, { readonly title: string; readonly text: string }> = {
  tab: {
    title: 'For this tab',
    text: 'The list comes back after a reload, Back or a crash, and when a closed tab is reopened. A new tab starts empty.',
  },
  browser: {
    title: 'For everybody who uses this browser',
    text: 'The list also comes back when the page is opened anew. For a computer that you share with nobody.',
  },
  off: {
    title: 'Not at all',
    text: 'The list is in memory alone. The page warns before it is lost.',
  },
};

const tableColumns: Record<TableColumn, string> = { file: '“file”', patient: '“patient”', date: '“date”' };

export const english = {
  name: 'English',
  code: 'en',
  locale: 'en-GB',
  status,
  statusMeaning,
  sorting,
  problems,
  reasons,
  serviceSays: (sentence: string): string => sentence,
  guardReasons,
  images,
  colon: ': ',
  comma: ', ',
  className: (name: string): string => name,
  seconds: (value: number): string =>
    value < 90
      ? `${number(value)} s`
      : value < 5400
        ? `${number(Math.round(value / 60))} min`
        : `${number(Math.round(value / 3600))} h`,
  bytes,
  percent: (value: number): string => formatShare(value, 'en-GB', 1),
  wholePercent: (value: number): string => formatShare(value, 'en-GB', 0),

  skip: 'Skip to the worklist',
  tagline: 'Chest X-rays, sorted by what to look at first',
  notDevice: 'Not a medical device.',
  notDeviceMore: 'For research and teaching; not for the diagnosis or treatment of anyone.',
  staysHere: 'Images go to this service and nowhere else; names of files stay in this browser.',
  cardMore: ' and limits',
  help: 'Help and keyboard',
  language: 'Language',
  theme: 'Light or dark',
  themes: { system: 'Auto', light: 'Light', dark: 'Dark' },
  api: 'API reference',
  close: 'Close',
  back: 'Worklist',
  dismiss: 'Dismiss this message',

  model: 'Model',
  version: 'Version',
  standard: 'default',
  olderVersion: 'older version',
  noModel: 'no model yet',
  threshold: 'Threshold',
  uncertainBand: 'Uncertain band',
  bandNone: 'none',
  band: (low: string, high: string): string => `${low} to ${high}`,
  trainedOn: 'Trained on',
  inputSize: 'Input',
  inputPixels: (width: number, height: number): string => `${width} × ${height} pixels`,
  calibrated: 'Calibrated',
  guard: 'Input guard',
  licence: 'Licence',
  made: 'Made',
  yes: 'yes',
  no: 'no',
  synthetic: 'This model was trained on drawn phantoms: its answers about X-rays mean nothing.',
  cardTitle: 'Model card',
  limitsTitle: 'What is accepted',
  limits: (bytes: string, megapixels: number): string =>
    `DICOM, JPEG, PNG, TIFF and WebP, up to ${bytes} and ${megapixels.toLocaleString('en-GB', { maximumFractionDigits: 1 })} million pixels each.`,
  figuresTitle: 'How often it is right',
  originTitle: 'Whose images it knows',
  failuresTitle: 'Known failures',
  thresholdTitle: 'Threshold and uncertain band',
  factsTitle: 'The file',
  noFigures: "There are no figures in this model's file. Nobody can tell how often it errs.",
  noStatement: "This model's file does not say whose images it was trained on, or who labelled them.",
  noLimits: "This model's file names no failures. That does not mean that it has none.",
  notKnown: 'not known',
  undefinedRate: 'n/a',
  // Near 0 and 1 both ends may read alike.
  interval: (low: string, high: string): string => (low === high ? low : `${low} to ${high}`),
  noInterval: 'too few patients for an interval',
  imagesOf: (right: number, all: number): string => `${number(right)} of ${images(all)}`,
  fewPatients: (count: number): string => `${images(count)} of few patients: little can be told`,
  imagesOfPatients: (count: number, patients: number): string => `${images(count)} of ${number(patients)} patients`,
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  accuracy: 'Accuracy',
  ppv: 'Positive predictive value',
  npv: 'Negative predictive value',
  sensitivityFor: (group: string): string => `Sensitivity, ${group}`,
  groupName: (name: string): string => ({ bacteria: 'bacterial', virus: 'viral' })[name] ?? name,
  measuredOn: (count: number, patients: number, share: string, positive: string): string =>
    `Measured on ${images(count)} of ${number(patients)} patients who are in no other set. ${share} of these images show ${positive}. Where fewer people are ill, more alarms are false.`,
  sensitivityMeans: (positive: string, negative: string): string =>
    `Sensitivity: of the images of ${positive}, so many are found. Specificity: of the images of ${negative}, so many raise no alarm.`,
  intervalMeans: (level: string): string => `The ranges are ${level} intervals from draws of patients.`,
  ages: 'Ages',
  years: (low: number, high: number): string => `${low} to ${high} years`,
  hospitals: (count: number): string => (count > 1 ? 'Hospitals' : 'Hospital'),
  labels: 'Labels',
  source: 'Source',
  chosenOn: 'Threshold from',
  testedOn: 'Tested on',
  mostProbable: 'The most probable class is the answer.',
  calledAbove: (positive: string, threshold: string): string =>
    `An image is called ${positive} above a probability of ${threshold}.`,
  notCalibrated: 'The threshold was not chosen on validation images, and the probabilities are not calibrated.',
  rule: ({ kind, value }: { readonly kind: string; readonly value: number | null }): string =>
    kind === 'sensitivity'
      ? `a sensitivity of at least ${formatShare(value ?? 0, 'en-GB', 0)}`
      : kind === 'youden'
        ? 'the greatest sum of sensitivity and specificity'
        : `a missed positive costs ${number(value ?? 1)} false alarms`,
  chosenBy: (rule: string, count: number, patients: number): string =>
    `The rule was ${rule}, on ${images(count)} of ${number(patients)} other patients.`,
  thresholdReach: (low: string, high: string): string =>
    ` Other patients of the same kind might have led to any threshold from ${low} to ${high}.`,
  uncertainHeld: (wrong: number, held: number): string =>
    `Of the test images, ${number(wrong)} of ${number(held)} such answers were wrong.`,
  noBand: 'There is no uncertain band: every image is called one thing or the other.',
  bandIs: (low: string, high: string): string => `From ${low} to ${high} an answer is marked uncertain.`,
  bandHeld: (held: number, count: number, wrong: number, allWrong: number): string =>
    ` These were ${number(held)} of the ${number(count)} test images, with ${number(wrong)} of the ${number(allWrong)} wrong answers.`,
  whatIf: 'Another threshold or prevalence',
  whatIfNone: "This model's file holds no counts to compute from. 'pneumoscope calibrate' writes them.",
  whatIfNotice: (threshold: string): string =>
    `A thought experiment. Answers, signs and order on this page keep the model's own threshold of ${threshold}.`,
  prevalence: 'Ill among those examined',
  ofMany: (total: number, ill: number, found: number, healthy: number, alarms: number, positive: string): string =>
    `Of ${number(total)} people examined, ${number(ill)} have ${positive}: ${number(found)} found, ${number(ill - found)} missed. Of the other ${number(healthy)}, ${number(alarms)} get a false alarm.`,
  whatIfSource: (count: number, patients: number): string =>
    `From the ${images(count)} of ${number(patients)} patients on which the threshold was chosen, so a little too good. The ranges are 95% intervals; they count patients, not images. Where other people are examined, sensitivity and specificity change too.`,
  cardSection: (section: CardSection): CardSection => section,

  beforeBelieving: 'Before you believe an answer',
  caveats: [
    'The figures hold for people like those it was trained and tested on. Other ages, machines and views are outside of that.',
    'It knows its own classes only. Any other illness is called one of them.',
    'Read the image first and the answer after.',
  ],

  addFiles: 'Add images',
  addShort: 'Add',
  addFolder: 'Add a folder',
  emptyTitle: 'Drop chest X‑rays here',
  emptyText: 'One image, a hundred, or whole folders. You can also paste from the clipboard.',
  emptySteps: [
    {
      title: 'You drop',
      text: 'Frontal chest X-rays as DICOM, JPEG, PNG, TIFF or WebP. Other files in a folder are passed over.',
    },
    {
      title: 'The service reads',
      text: 'Each image goes to the service that sent this page, and to nobody else. It keeps none of them.',
    },
    {
      title: 'You look',
      text: 'The list sorts itself by urgency. Open an image, set window and level, see where the network looked.',
    },
  ],
  dropNow: 'Let go to add them',
  dropNowText: 'Images and folders',

  worklist: 'Worklist',
  worklistHint: 'Arrow keys move, Enter opens, Ctrl and click compares.',
  wouldStandHigher: (count: number, positive: number): string =>
    `${count === 1 ? '1 answer' : `${number(count)} answers`} would stand higher${positive === 0 ? '' : `, ${number(positive)} positive`}.`,
  filterWouldChange: (more: number, fewer: number): string =>
    [more > 0 && `${number(more)} more fit the filter`, fewer > 0 && `${number(fewer)} no longer fit`]
      .filter((each) => each !== false)
      .join(', ')
      .concat('.'),

  shownOf: (shown: number, total: number): string =>
    shown === total ? images(total) : `${number(shown)} of ${images(total)}`,
  sortNow: 'Sort now',
  search: 'Find a name',
  sortBy: 'Sort by',
  all: 'All',
  filterLabel: 'Show',
  nothingFound: 'No image of this list matches.',
  showAll: 'Show all',
  order:
    'Most urgent first: positive by probability, uncertain, refused, failed, then negative and what is not read yet.',
  rowPosition: (position: number, total: number): string => `${number(position)} of ${number(total)}`,
  noPreview: 'No preview',
  comparedMark: 'Compared',
  hardly: 'Hardly like the X-rays the model knows',
  hardlyShort: 'odd image',
  exportLabel: 'Export',
  exportCsv: 'CSV',
  exportJson: 'JSON',
  exportCsvLong: 'Export as CSV',
  exportJsonLong: 'Export as JSON',
  exported: (count: number, file: string): string => `${images(count)} written to ${file}.`,
  clear: 'Clear the list',
  clearQuestion: (count: number): string => `Remove ${images(count)} from the list? The files stay where they are.`,
  clearYes: 'Clear',
  cancel: 'Cancel',

  progress: 'Progress',
  progressCount: (done: number, total: number): string => `${number(done)} of ${number(total)}`,
  progressRate: (rate: string): string => `${rate} images/s`,
  progressLeft: (time: string): string => `about ${time} left`,
  finished: (total: number, positive: number): string => `${images(total)} read, ${number(positive)} positive.`,
  finishedSealed: (total: number, left: number): string =>
    `${images(total)} read by the service, ${number(left)} for you to read.`,
  announceProgress: (done: number, total: number): string => `${number(done)} of ${number(total)} images read.`,
  stop: 'Stop',
  goOn: (count: number): string => `Go on with ${images(count)}`,
  stopped: (count: number): string => `Stopped; ${images(count)} not read.`,
  busy: (seconds: number): string => `The service is busy. Going on by itself in ${number(seconds)} s.`,
  gone: (seconds: number): string => `The service does not answer. Trying again in ${number(seconds)} s.`,
  notReady: (seconds: number): string => `The service is stopping or not ready. Trying again in ${number(seconds)} s.`,
  silent: (seconds: number): string => `No answer for ${number(seconds)} s. The service may be busy or stuck.`,
  sendAnew: 'Ask again',
  tryNow: 'Try now',
  needsToken: 'Waiting for a token.',
  enterToken: 'Enter the token',
  added: (count: number): string => `${images(count)} added.`,
  passedOver: (count: number): string =>
    count === 1 ? '1 file passed over: no image.' : `${number(count)} files passed over: no images.`,
  removed: (count: number, name: string): string => `${count === 1 ? name : images(count)} removed from the list.`,
  putBack: (count: number): string => `${images(count)} put back.`,
  undo: 'Undo',
  duplicates: (count: number): string => `${images(count)} already on the list.`,
  nothingToAdd: 'There was no image in that.',
  fileTooLarge: (size: string, limit: string): string =>
    `The file has ${size}, and the service accepts ${limit} at most; it was not sent.`,
  modelChanged: (model: string): string => `All images are read again by ${model}.`,

  keptFor,
  keptPartly: (count: number): string => `${images(count)} not kept, lost with the page.`,
  keepingChange: 'Change',
  keepingTitle: 'What this computer keeps',
  keepingText: `So that nothing is lost by accident, this browser can keep the list on the disk of this computer: X-rays, names of files, answers. The list is deleted when the page is open ${keptHours} hours after its last use, or the next time it is opened. Until then, others with access to this computer might find it.`,
  keepChoices: keepTexts,
  keepingUnavailable:
    'This browser keeps nothing here: it forbids that, or the page came over a connection that is not encrypted.',
  keepingFull:
    'There is no room for more images on this computer. The rest of the list is lost when the page is closed.',
  keepingFailed: 'Some images could not be kept on this computer. They are lost when the page is closed.',
  unusedForgotten: `The list was not used for ${keptHours} hours and is deleted.`,
  strayLists: (count: number): string =>
    `${count === 1 ? 'A list of a closed tab is' : `${number(count)} lists of closed tabs are`} still kept on this computer. Reopening the tab (Ctrl+Shift+T) brings its list back.`,
  forget: 'Forget the list',
  forgotten: 'The list is deleted from this computer. The files stay where they are.',

  viewer: 'Viewer',
  viewerEmpty: 'Choose an image of the list.',
  imageOf: (name: string): string => `X-ray ${name}`,
  paneHint: 'Arrow keys move the image, plus and minus zoom, I inverts, H shows the heat map.',
  previous: 'Previous image',
  next: 'Next image',
  loading: 'Opening the image',
  cannotShow: 'This image cannot be shown.',
  dragMode: 'Dragging',
  dragPan: 'Move',
  dragPanHint: 'Dragging moves the image.',
  dragLevels: 'Contrast',
  dragLevelsHint: 'Dragging sets window and level. The right mouse button always does.',
  zoom: 'Zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  orientation: 'Rotate and flip, on the screen only',
  turnLeft: 'Rotate left',
  turnRight: 'Rotate right',
  mirror: 'Flip left and right',
  orientationNone: 'as stored',
  orientationIs: (degrees: number, isMirrored: boolean): string =>
    [...(degrees === 0 ? [] : [`rotated ${degrees}°`]), ...(isMirrored ? ['flipped: left is right'] : [])].join(', '),
  fit: 'Fit',
  actual: '100%',
  zoomIs: (percent: string): string => `Zoom ${percent}`,
  window: 'Window',
  level: 'Level',
  invert: 'Invert',
  reset: 'Reset',
  heat: 'Heat map',
  opacity: 'Opacity',
  heatFor: 'Explain',
  heatPredicted: 'the answer',
  heatLoading: 'Asking where the network looked',
  heatLegend: 'Where the network looked, not where the disease is.',
  heatLegendMore: (name: string): string =>
    `Grad-CAM for ${name}: bright places spoke most for it. The colours are scaled to this image's own hottest place.`,
  heatCold: 'nothing',
  heatHot: 'most',
  heatIsOn: 'Heat map on',
  heatIsOff: 'Heat map off',
  heatIsOf: (name: string, className: string): string => `Heat map of ${name} for ${className}`,
  heatNone: 'There is no heat map of an image without an answer.',
  compare: 'Compare',
  compareIsOn: 'Comparing',
  compareIsOff: 'No longer comparing',
  compareHint: 'Choose the second image in the list.',
  swap: 'Swap',
  results: 'Results',
  together: 'Move together',
  paneA: 'A',
  paneB: 'B',

  printImage: 'Print a report on this image',
  printList: 'Print the list',
  reportOfImage: 'Report on one image',
  reportOfList: 'Report on the worklist',
  printed: (date: string): string => `printed ${date}`,
  reportCount: (shown: number, total: number, order: string): string =>
    `${number(shown)} of ${images(total)}; order: ${order}`,
  reportPosition: 'No.',
  reportName: 'Name',
  reportUnread: 'Not read yet',
  reportDigest: 'Image SHA-256',
  reportNoImage: 'The image itself was not open in this browser.',
  reportShown: (settings: string): string => `The whole image, shown with: ${settings}.`,
  reportOpacity: (share: string): string => `Opacity ${share}.`,
  inverted: 'inverted',
  guardVerdicts: { accepted: 'accepted', flagged: 'unusual', refused: 'refused' },

  result: 'Result',
  probability: 'Probability',
  probabilityOf: (name: string): string => `Probability of ${name}`,
  above: (threshold: string): string => `Above the threshold of ${threshold}`,
  below: (threshold: string): string => `Not above the threshold of ${threshold}`,
  label: 'Answer',
  header: 'DICOM header',
  headerReasons,
  headerFlags,
  headerFlagsTitle: 'Remarks on the header',
  modality: 'Modality',
  modalities: { DX: 'digital radiography (DX)', CR: 'computed radiography (CR)', RG: 'radiography (RG)' },
  age: 'Age',
  ageOf,
  viewPosition: 'View',
  views: { AP: 'frontal, AP', PA: 'frontal, PA', LL: 'lateral, LL', RL: 'lateral, RL', LATERAL: 'lateral' },
  bodyPart: 'Body part',
  bodyParts: { CHEST: 'chest', THORAX: 'chest' },
  windowUsed: 'Window used',
  displayOf: (shown: ShownAs): string => {
    if (shown.kind === 'other') return shown.sentence;
    if (shown.kind === 'window') return `centre ${shown.center}, width ${shown.width} (no. ${shown.number})`;
    if (shown.kind === 'given') return `centre ${shown.center}, width ${shown.width}`;
    if (shown.kind === 'table') return `VOI LUT no. ${shown.number}`;
    return shown.kind === 'stored' ? 'none: as stored' : 'none: from the least to the greatest value';
  },
  guardAccepted: 'Looks like the X-rays the model was trained on.',
  guardFlagged: (reason: string): string =>
    `Hardly looks like the X-rays the model was trained on: ${reason}. Take the answer with more care.`,
  guardRefused: (reason: string): string =>
    `Does not look like the X-rays the model was trained on: ${reason}. The model says nothing about it.`,
  guardScore: 'Strangeness',
  classes: 'All classes',
  details: 'Details',
  fileSize: 'Size',
  digest: 'SHA-256',
  took: 'Took',
  milliseconds: (value: string): string => `${value} ms`,
  retry: 'Try again',
  remove: 'Remove from the list',
  whyFailed: 'Why it failed',
  aboutModel: 'About the model',

  priors: 'Same patient',
  priorsRule: 'Tell patients by',
  priorsRules: {
    off: 'nothing',
    folder: 'their folder',
    start: 'the start of the name',
    pattern: 'a pattern of my own',
    table: 'a table',
  },
  priorsPattern: 'Regular expression over folder and name; its group “patient”, or its first, is the patient',
  priorsPatternWrong: 'This is no regular expression.',
  priorsUnknown: 'The name of this image tells no patient by this rule.',
  priorsOf: (patient: string): string => `Patient ${patient}, `,
  priorsCheck: 'by the names of the files: check that it is one person.',
  priorsCheckTable: 'by the table: check that it is one person.',
  priorsUnlisted: 'The table does not name this image, or several images or rows have its file name.',
  priorsShown: 'shown',
  priorsTableChoose: 'Choose a table',
  priorsTableOther: 'Choose another table',
  priorsTableHint:
    'A CSV whose first line names the columns “file” and “patient”, and “date” if you have it. The table stays in this tab: it is not sent and not kept, so choose it again after a reload.',
  priorsTableFound: (table: string, found: number, total: number): string =>
    `${table} names ${found === 0 ? 'none' : number(found)} of the ${images(total)} on the list.`,
  priorsTableNone: 'The names in its column “file” must be those of the files.',
  priorsTableDates: (count: number): string =>
    `${count === 1 ? '1 date is' : `${number(count)} dates are`} not understood; write them as 2024-01-31.`,
  priorsTableGbk: 'Its text was read as GBK.',
  tableColumns,
  tableFaults: {
    unreadable: 'the file can no longer be read. Choose it again.',
    'no-reader': 'the service does not answer, and what reads tables comes from it. Try again later.',
    'not-text': 'this is no table of text. Save it as “CSV UTF-8” and choose that.',
    empty: 'no row names a file and a patient. The first line must name the columns.',
    'too-large': (limit: string): string => `the file has more than ${limit}. Leave out what is not needed.`,
    'too-many-rows': (limit: number): string =>
      `the table has more than ${number(limit)} rows. Leave out what is not needed.`,
    'not-csv': (line: number): string => `line ${number(line)} cannot be read. Look for a quotation mark too many.`,
    'no-column': (column: string): string =>
      `the first line names no column ${column}. It must name “file” and “patient”.`,
    'column-twice': (column: string): string => `the first line names the column ${column} twice. Rename one of them.`,
    width: (line: number, cells: number, columns: number): string =>
      `line ${number(line)} has ${number(cells)} cells, and the first line ${number(columns)}. Put quotation marks round a cell that holds a separator.`,
    conflict: (other: number, line: number, file: string): string =>
      `lines ${number(other)} and ${number(line)} say different things of ${file}. Keep the right one.`,
  },

  reading: 'Your reading',
  readings: 'Your readings',
  readingAsk: 'What does the image show?',
  readingAgree: 'Agree',
  readingDisagree: 'Disagree',
  readingUnsure: 'Cannot tell',
  readingSaid: (name: string): string => `You say ${name}.`,
  readingAgreed: (name: string): string => `You say ${name}, and so does the model.`,
  readingDisagreed: (name: string): string => `You say ${name}; the model does not.`,
  readingSaidUnsure: 'You cannot tell.',
  readingWasBlind: 'Said before the answer was shown.',
  readingComment: 'Comment',
  readingBlind: 'Hide answers until I have read the image',
  readingCounts: (read: number, total: number, disagreed: number): string =>
    `${number(read)} of ${number(total)} read, ${number(disagreed)} in disagreement`,
  readingsExport: 'Export readings',
  readingsExportHint: 'A table of labels that “pneumoscope calibrate --labels” takes, without what you could not tell',
  readingsExported: (count: number, file: string): string =>
    `${count === 1 ? '1 reading' : `${number(count)} readings`} written to ${file}.`,
  wholeCard: 'The whole card',

  tokenTitle: 'This service asks for a token',
  tokenText:
    'Whoever runs the service can give you one. It is kept for this tab alone and forgotten when the tab is closed.',
  tokenLabel: 'Token',
  tokenWrong: 'This token is not known to the service.',
  tokenSend: 'Use it',
  tokenShow: 'Show what is typed',

  helpTitle: 'Help and keyboard',
  helpOrder: 'The order of the list',
  helpSigns: 'Signs',
  helpShortcuts: 'Keys',
  shortcutsOn: 'Single-key shortcuts',
  shortcutsHint:
    'Switch this off where single keys get in the way of speech input; arrow keys and Enter in the list go on working.',
  keys: {
    open: 'Add images',
    openFolder: 'Add a folder',
    nextPrevious: 'Next, previous image',
    enter: 'Open the chosen image',
    escape: 'Back to the list; close a dialog',
    search: 'Find a name',
    sortNow: 'Sort the list now',
    invert: 'Invert',
    heat: 'Heat map on or off',
    opacity: 'Heat map fainter, stronger',
    zoom: 'Zoom out, in',
    fit: 'Fit the whole image',
    actual: '100%',
    window: 'Window narrower, wider',
    level: 'Level lower, higher',
    turn: 'Rotate right, left',
    mirror: 'Flip left and right',
    reset: 'Reset the view',
    pan: 'Move the image, when it has the focus',
    compare: 'Compare with another image, or leave that',
    swap: 'Swap the compared images',
    remove: 'Remove the image from the list',
    undo: 'Put the image back',
    csv: 'Export as CSV',
    json: 'Export as JSON',
    print: 'Print the image, the list',
    card: 'Model card and limits',
    help: 'This help',
  },

  starting: 'Asking the service what it can do',
  startFailed: 'The service does not answer. Is it running?',
};

export type Words = typeof english;
