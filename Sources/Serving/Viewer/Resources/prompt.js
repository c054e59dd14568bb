// The answers to one prompt at different training steps.
import { make } from '../elements.js';
import * as format from '../format.js';
import { address } from './state.js';
import { sharedPhotos } from './picture.js';

export function acrossSteps(trajectories) {
  const times = Map.groupBy(trajectories, trajectory => `${trajectory.origin} ${trajectory.step} ${trajectory.group}`);
  const rows = [...times.values()].sort((one, other) => one[0].step - other[0].step
    || one[0].origin.localeCompare(other[0].origin));
  return make('div', { className: 'across' },
    make('h2', { dir: 'auto' }, trajectories[0].question),
    make('p', { className: 'note' }, rows.length === 1
      ? 'This prompt was asked at one step only. Prompts that are asked again, in evaluations or in a later epoch, are compared '
        + 'here across steps.'
      : `Asked at ${rows.length} steps; expected: ${trajectories[0].expected}. Each solid box is the first box of a sample: green if its `
        + 'answer is right, orange if it is wrong. Dashed: ground truth.'),
    make('ol', { className: 'times' }, rows.map(time)));
}

function time(samples) {
  const fraction = condition => samples.filter(condition).length / samples.length;
  const first = samples[0];
  return make('li', {},
    sharedPhotos(samples),
    make('h3', {}, make('a', { href: address({ at: first.at, show: samples.length > 1 ? 'group' : null }) },
      first.origin === 'training'
        ? `Step ${format.count(first.step)}` : `${first.origin.replace('evaluation/', '')}, step ${first.step}`)),
    make('p', { className: 'dots', role: 'img', 'aria-label':
      samples.map(sample => `${sample.is_correct ? 'right' : 'wrong'}, ${format.plural(sample.calls.length, 'call')}`).join('; ') },
    samples.map(sample => make('span', {
      className: `dot ${sample.is_correct ? 'right' : 'wrong'} ${sample.calls.length ? 'looked' : ''}`,
      title: `${sample.answer ?? 'no answer'}, ${format.plural(sample.calls.length, 'call')}`,
    }))),
    make('p', { className: 'note' }, samples.length === 1
      ? `${first.is_correct ? 'Right' : 'Wrong'}: ${first.answer ?? 'no answer'}; `
        + `${first.calls.length ? 'with tool calls' : 'no tool call'}`
      : `${format.percent(fraction(sample => sample.is_correct))} right, ${format.percent(fraction(sample => sample.calls.length))} `
        + `with tool calls, mean reward ${format.decimal(samples.reduce((sum, sample) => sum + sample.reward, 0) / samples.length)}`));
}
