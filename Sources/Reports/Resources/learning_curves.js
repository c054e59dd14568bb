// Defines which charts show which metrics of a run, for reports and for the viewer.
import { words } from './format.js';
import { make } from './elements.js';
import { chart, lineLook } from './chart.js';

const groups = [
  ['Reward', [
    { title: 'Reward', note: 'Mean over the trajectories of a step.', unit: 'number', names: ['reward/total'] },
    { title: 'Reward by component', note: 'The total reward is the sum of these.', unit: 'number', family: 'reward',
      except: 'reward/total' },
    { title: 'Accuracy by kind', note: 'Fraction of right answers for each kind of question.', unit: 'percent',
      family: 'accuracy', last: 'accuracy/all' },
  ]],
  ['Tool use', [
    { title: 'Tool-call rate', note: 'Fraction of trajectories with a tool call, among those with tools.', unit: 'percent',
      names: ['tool/call_rate'] },
    { title: 'Tool calls', note: 'Mean number per trajectory.', unit: 'number', names: ['tool/calls'] },
    { title: 'First box', note: 'Mean intersection over union with the ground truth.', unit: 'fraction', names: ['box/first_iou'] },
    { title: 'Thinking patterns', note: 'Fraction of trajectories, among those with tools, that show a pattern.', unit: 'percent',
      family: 'pattern' },
  ]],
  ['Completions', [
    { title: 'Errors', note: 'Format errors, failed tool calls, trajectories cut off or failed.', unit: 'percent',
      names: ['format/error_rate', 'tool/error_rate', 'finish/truncated_rate', 'finish/failed_rate'],
      words: ['Format', 'Calls', 'Cut off', 'Failed'] },
    { title: 'Completion length', note: 'Generated tokens.', unit: 'number', word: 'tokens',
      names: ['completion/tokens', 'completion/turn_tokens'], words: ['Trajectory', 'Turn'] },
    { title: 'Entropy', note: 'Mean entropy of the policy per completion token.', unit: 'number', word: 'nats',
      names: ['policy/entropy'] },
  ]],
  ['Learning', [
    { title: 'Groups without signal', note: 'Groups whose rewards are all equal; they have no gradient.', unit: 'percent',
      names: ['groups/without_signal'] },
    { title: 'Gradient norm', note: 'Before clipping.', unit: 'number', names: ['optimizer/gradient_norm'] },
    { title: 'Clipped tokens', note: 'Fraction of tokens whose probability ratio was clipped.', unit: 'percent',
      names: ['policy/clip_fraction'] },
    { title: 'Loss', note: 'The training objective; its absolute value says little.', unit: 'number', names: ['policy/loss'] },
    { title: 'Learning rate', note: 'Learning rate of each step.', unit: 'number', names: ['optimizer/learning_rate'] },
  ]],
  ['Time and memory', [
    { title: 'Seconds by phase', note: 'Wall-clock time, phases stacked.', unit: 'seconds', family: 'time',
      except: 'time/step_seconds', stacked: true },
    { title: 'Throughput', note: 'Tokens processed per second of a step.', unit: 'number', word: 'tokens/s',
      names: ['throughput/tokens_per_second'] },
    { title: 'Engine time', note: 'Where the engine spends a step; summed over parallel engines.', unit: 'seconds',
      names: ['image', 'bookkeeping', 'model', 'sampling', 'waiting'].map(part => `engine/${part}_seconds`),
      words: ['Images', 'Bookkeeping', 'Model', 'Sampling', 'Waiting'] },
    { title: 'Engine tokens', note: 'Sampled tokens, prefilled tokens, and tokens read from the cache.', unit: 'number', word: 'tokens',
      names: ['engine/sampled_tokens', 'engine/prefill_tokens', 'engine/cached_tokens'],
      words: ['Sampled', 'Prefilled', 'Cached'] },
    { title: 'Memory', note: 'Of the process: current, and peak so far.', unit: 'bytes',
      names: ['memory/resident_bytes', 'memory/peak_bytes'], words: ['Resident', 'Peak'] },
  ]],
];

// The stages of tool use in a run, as marks of the steps at which they begin: frequent use, when the mean of ten steps of the calls per
// trajectory first reaches 80 % of its highest; selective use, when it has been below 90 % of that for ten steps, with an accuracy no
// more than 2 points below that at the highest. Before the first mark the run explores.
export function stages({ steps, columns }) {
  const calls = means(steps, columns['tool/calls']);
  const right = means(steps, columns['accuracy/all']);
  const peak = calls.reduce((best, point) => point.value > (best?.value ?? 0) ? point : best, null);
  if (!peak || peak.value < 0.1) return [];
  const accuracy = step => right.findLast(point => point.step <= step)?.value ?? 0;
  const frequent = calls.find(point => point.value >= 0.8 * peak.value);
  const later = calls.filter(point => point.step > peak.step);
  const isSelective = point => point.value <= 0.9 * peak.value && accuracy(point.step) >= accuracy(peak.step) - 0.02;
  const selective = later.find((_, index) => index + 10 <= later.length && later.slice(index, index + 10).every(isSelective));
  const mark = (point, message) => point && point.step > calls[0].step ? [{ step: point.step, action: 'stage', message }] : [];
  return [...mark(frequent, 'Frequent use begins'), ...mark(selective, 'Selective use begins')];
}

// The mean of ten steps at each step that has a value, from the tenth on.
function means(steps, values = []) {
  const points = steps.map((step, index) => ({ step, value: values[index] })).filter(({ value }) => Number.isFinite(value));
  return points.slice(9).map(({ step }, index) => ({
    step, value: points.slice(index, index + 10).reduce((sum, point) => sum + point.value, 0) / 10,
  }));
}

// The names of evaluations, as reports write them.
const evaluationTitles = {
  scenes: 'Held-out scenes', 'held-out': 'Held-out questions', aime2024: 'AIME 2024', dynamath: 'DynaMath',
  'hrbench-4k': 'HR-Bench 4K', 'hrbench-8k': 'HR-Bench 8K', logicvista: 'LogicVista', mathverse: 'MathVerse testmini',
  mathvision: 'MATH-Vision', mathvista: 'MathVista testmini', 'mme-realworld-lite': 'MME-RealWorld-Lite', mmmu: 'MMMU validation',
  mmstar: 'MMStar', mmvet: 'MM-Vet', pope: 'POPE', reasonseg: 'ReasonSeg', refcoco: 'refCOCO, refCOCO+, refCOCOg', slake: 'Slake',
  visualsearch: 'VisualSearch', vstar: 'V*Bench', wemath: 'We-Math',
};

// Charts by theme as `[{ title, figures }]`; the last theme, More, has the metrics that no other chart shows. `runs` is the run,
// followed by runs to compare it with, each `{ name, steps, columns }`; `options` are `{ smoothing, alarms, onStep }` of every
// chart.
export function learningCurves(runs, options) {
  options = { ...options, alarms: [...options.alarms ?? [], ...stages(runs[0])] };
  const names = [...new Set(runs.flatMap(run => Object.keys(run.columns)))].sort();
  const shown = new Set(['time/step_seconds']);
  const figure = content => {
    const members = content.names ?? family(content, names);
    members.forEach(name => shown.add(name));
    if (runs.length > 1) return comparison(content, content.stacked ? [...members, 'time/step_seconds'] : members, runs, options);
    return chart({ ...content, ...options, lines: lines(content, members, runs[0]) });
  };
  const themes = [groups[0], ...evaluations(names), ...groups.slice(1)].map(([title, contents]) => ({ title, figures: contents.map(figure) }));
  const others = names.filter(name => !shown.has(name));
  themes.push({ title: 'More', figures: others.map(name =>
    figure({ title: words(name), note: name, unit: unitOf(name), names: [name] })) });
  return themes.map(({ title, figures }) => ({ title, figures: figures.filter(Boolean) }))
    .filter(({ figures }) => figures.length);
}

// Two charts for each evaluation and condition: accuracy by kind, and the other metrics. Metric names are `evaluation/NAME/KIND`, and
// `evaluation/NAME/without_tools/KIND` where no tools were offered.
function evaluations(names) {
  const found = new Map();
  for (const name of names) {
    const [family, evaluation, ...rest] = name.split('/');
    const condition = rest.length === 2 && rest[0] === 'without_tools' ? `${evaluation}/without_tools` : evaluation;
    if (family === 'evaluation' && (rest.length === 1 || condition !== evaluation)) {
      found.set(condition, [...found.get(condition) ?? [], rest.at(-1)]);
    }
  }
  const rates = ['tool_call_rate', 'first_box_iou', 'format_error_rate'];
  const contents = [...found].sort(([one], [other]) => one.localeCompare(other)).flatMap(([evaluation, members]) => {
    const isBare = evaluation.endsWith('/without_tools');
    const name = evaluation.replace('/without_tools', '');
    const title = (evaluationTitles[name] ?? words(name)) + (isBare ? ' without tools' : '');
    const figure = (measure, note, unit, chosen) => ({
      title: `${title}: ${measure}`, note, unit, names: chosen.map(member => `evaluation/${evaluation}/${member}`),
      words: chosen.map(words),
    });
    const kinds = members.filter(member => !rates.includes(member) && member !== 'all');
    return [
      figure('accuracy', 'Fraction of right answers, by kind.', 'percent',
        kinds.length > 1 ? [...kinds, 'all'] : ['all']),
      figure(isBare ? 'errors' : 'tool use',
        isBare ? 'Format error rate.' : 'Tool-call rate, IoU of the first box, format error rate.', 'fraction', rates.filter(rate => members.includes(rate))),
    ];
  });
  return contents.length ? [['Evaluations', contents]] : [];
}

// The metrics of a family in alphabetical order, with the family's total last.
function family(content, names) {
  const isMember = name => name.startsWith(`${content.family}/`) && name !== content.except && name !== content.last;
  return [...names.filter(isMember), ...names.filter(name => name === content.last)];
}

// A line for each metric of a run.
function lines(content, members, run) {
  return members.map((name, index) => ({
    name: members.length === 1 ? run.name : wordOf(content, members, index), ...lineLook(index), ...recorded(run, name),
  }));
}

// A chart of one metric with a line for each run; for several metrics a card of small charts.
function comparison(content, members, runs, options) {
  const drawn = (name, more) => chart({
    ...content, ...options, ...more, stacked: false, hasSharedLegend: true,
    lines: runs.map((run, index) => ({ name: run.name, ...lineLook(index), ...recorded(run, name) })),
  });
  if (members.length === 1) return drawn(members[0]);
  const charts = members.map((name, index) => drawn(name, { title: wordOf(content, members, index), note: '', word: '', isSmall: true }))
    .filter(Boolean);
  return charts.length ? make('section', { className: charts.length > 3 ? 'charts' : 'charts few' },
    make('h3', {}, content.title, content.word ? make('span', { className: 'note' }, `, ${content.word}`) : null),
    make('p', { className: 'note' }, content.note), make('div', { className: 'small-grid' }, charts)) : null;
}

const wordOf = (content, members, index) => content.words?.[index] ?? memberName(members[index]);

// The legend name of a metric: `Optimizer` for `time/optimizer_seconds`.
const memberName = name => words(name.slice(name.indexOf('/') + 1).replace(/_seconds$/, ''));

// The steps and values at which a metric was recorded.
function recorded(run, name) {
  const steps = [], values = [];
  (run.columns[name] ?? []).forEach((value, index) => {
    if (value === null) return;
    steps.push(run.steps[index]);
    values.push(value);
  });
  return { steps, values };
}

function unitOf(name) {
  if (name.endsWith('_rate') && !name.endsWith('learning_rate')) return 'percent';
  if (/_(fraction|accuracy)$/.test(name)) return 'percent';
  if (name.endsWith('_seconds')) return 'seconds';
  return name.endsWith('_bytes') ? 'bytes' : 'number';
}
