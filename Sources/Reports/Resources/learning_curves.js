// Which charts show which metrics of a run, the same in reports and in the viewer.
import { words } from './format.js';
import { chart } from './chart.js';

const groups = [
  ['Reward', [
    { title: 'Reward', note: 'Mean over the trajectories of a step.', unit: 'number', names: ['reward/total'] },
    { title: 'Reward by component', note: 'The total is the sum of these.', unit: 'number', family: 'reward',
      except: 'reward/total' },
    { title: 'Accuracy by kind', note: 'Fraction of right answers for each kind of question.', unit: 'percent',
      family: 'accuracy', last: 'accuracy/all' },
  ]],
  ['Looking closer', [
    { title: 'Tool use', note: 'Fraction of trajectories with tools that called one.', unit: 'percent',
      names: ['tool/call_rate'] },
    { title: 'Calls', note: 'Tool calls in a trajectory.', unit: 'number', names: ['tool/calls'] },
    { title: 'First box', note: 'Intersection over union with the ground truth.', unit: 'fraction', names: ['box/first_iou'] },
  ]],
  ['Writing', [
    { title: 'Errors', note: 'Malformed answers, refused calls, trajectories cut off or failed.', unit: 'percent',
      names: ['format/error_rate', 'tool/error_rate', 'finish/truncated_rate', 'finish/failed_rate'],
      words: ['Format', 'Calls', 'Cut off', 'Failed'] },
    { title: 'Completion length', note: 'Tokens that the policy writes.', unit: 'number', word: 'tokens',
      names: ['completion/tokens', 'completion/turn_tokens'], words: ['Trajectory', 'Turn'] },
    { title: 'Entropy', note: 'How undecided the policy is, per completion token.', unit: 'number', word: 'nats',
      names: ['policy/entropy'] },
  ]],
  ['Learning', [
    { title: 'Groups without signal', note: 'All samples of a prompt rewarded alike: no gradient.', unit: 'percent',
      names: ['groups/without_signal'] },
    { title: 'Gradient norm', note: 'Before clipping.', unit: 'number', names: ['optimizer/gradient_norm'] },
    { title: 'Clipped tokens', note: 'Fraction of tokens whose ratio was clipped.', unit: 'percent',
      names: ['policy/clip_fraction'] },
    { title: 'Loss', note: 'Training minimizes it; its size says little.', unit: 'number', names: ['policy/loss'] },
    { title: 'Learning rate', note: 'Of each step.', unit: 'number', names: ['optimizer/learning_rate'] },
  ]],
  ['Time and memory', [
    { title: 'Seconds by phase', note: 'Wall clock, phases on top of each other.', unit: 'seconds', family: 'time',
      except: 'time/step_seconds', stacked: true },
    { title: 'Throughput', note: 'Tokens handled per second of a step.', unit: 'number', word: 'tokens/s',
      names: ['throughput/tokens_per_second'] },
    { title: 'Engine time', note: 'What the engine does in a step; engines in parallel add up.', unit: 'seconds',
      names: ['image', 'bookkeeping', 'model', 'sampling', 'waiting'].map(part => `engine/${part}_seconds`),
      words: ['Images', 'Bookkeeping', 'Model', 'Sampling', 'Waiting'] },
    { title: 'Engine tokens', note: 'Sampled, computed as prompts, and taken from the cache.', unit: 'number', word: 'tokens',
      names: ['engine/sampled_tokens', 'engine/prefill_tokens', 'engine/cached_tokens'],
      words: ['Sampled', 'Prompts', 'Cached'] },
    { title: 'Memory', note: 'Of the process: now, and at most so far.', unit: 'bytes',
      names: ['memory/resident_bytes', 'memory/peak_bytes'], words: ['Resident', 'Peak'] },
  ]],
];

// Charts by theme as `[{ title, figures }]`; the last theme, More, has the metrics that no other chart shows. `runs` is the run
// and others laid over it, each `{ name, steps, columns }`; `options` are `{ smoothing, alarms, onStep }` of every chart.
export function learningCurves(runs, options) {
  const names = [...new Set(runs.flatMap(run => Object.keys(run.columns)))].sort();
  const shown = new Set(['time/step_seconds']);
  const figure = content => {
    const members = content.names ?? family(content, names);
    members.forEach(name => shown.add(name));
    return chart({ ...content, ...options, lines: content.stacked ? stackedLines(members, runs) : lines(content, members, runs) });
  };
  const themes = [groups[0], ...evaluations(names), ...groups.slice(1)].map(([title, contents]) => ({ title, figures: contents.map(figure) }));
  const others = names.filter(name => !shown.has(name));
  themes.push({ title: 'More', figures: others.map(name =>
    figure({ title: words(name), note: name, unit: unitOf(name), names: [name] })) });
  return themes.map(({ title, figures }) => ({ title, figures: figures.filter(Boolean) }))
    .filter(({ figures }) => figures.length);
}

// A chart of right answers by kind for each evaluation, and one of what else it measures: `evaluation/NAME/KIND`.
function evaluations(names) {
  const found = new Map();
  for (const name of names) {
    const [family, evaluation, ...rest] = name.split('/');
    if (family === 'evaluation' && rest.length === 1) found.set(evaluation, [...found.get(evaluation) ?? [], rest[0]]);
  }
  const rates = ['tool_call_rate', 'first_box_iou', 'format_error_rate'];
  const contents = [...found].flatMap(([evaluation, members]) => {
    const figure = (title, note, unit, chosen) => ({
      title: `${words(evaluation)}: ${title}`, note, unit, names: chosen.map(member => `evaluation/${evaluation}/${member}`),
      words: chosen.map(words),
    });
    const kinds = members.filter(member => !rates.includes(member) && member !== 'all');
    return [
      figure('right answers', 'Fraction of questions that are not trained on, by kind.', 'percent',
        kinds.length > 1 ? [...kinds, 'all'] : ['all']),
      figure('tool use', 'Answers with a tool call, overlap of the first box, format errors.', 'fraction',
        rates.filter(rate => members.includes(rate))),
    ];
  });
  return contents.length ? [['Evaluations', contents]] : [];
}

// The members of a family in alphabetical order, the total of all last.
function family(content, names) {
  const isMember = name => name.startsWith(`${content.family}/`) && name !== content.except && name !== content.last;
  return [...names.filter(isMember), ...names.filter(name => name === content.last)];
}

// A line for each metric and run: metrics differ in colour, runs in dashes; runs in colour where there is one metric.
function lines(content, members, runs) {
  return runs.flatMap((run, place) => members.map((name, index) => {
    const isAlone = members.length === 1;
    const word = content.words?.[index] ?? memberName(name);
    return {
      name: isAlone ? run.name : runs.length > 1 ? `${word}, ${run.name}` : word,
      tone: (isAlone ? place : index) % 8 + 1, dash: isAlone ? 0 : place, ...recorded(run, name),
    };
  }));
}

// The phases of the first run; of the others the whole step.
function stackedLines(members, [first, ...others]) {
  return [
    ...members.map((name, index) => ({ name: memberName(name), tone: index % 8 + 1, dash: 0, ...recorded(first, name) })),
    ...others.map((run, index) => ({
      name: `${run.name}: whole step`, tone: (members.length + index + 1) % 8 + 1, dash: index + 1,
      ...recorded(run, 'time/step_seconds'),
    })),
  ];
}

// `time/optimizer_seconds` as a name in the legend: `Optimizer`.
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
