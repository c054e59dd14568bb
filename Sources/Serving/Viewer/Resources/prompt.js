// The same prompt at different times, to see a habit form.
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
      ? 'This prompt was asked once. Prompts that are asked again, as in evaluations and where a data set starts over, stand '
        + 'here side by side.'
      : `Asked ${rows.length} times; expected: ${trajectories[0].expected}. A box is the first one of a sample: green where it `
        + 'came to the right answer, orange where not; dashed: where the answer is.'),
    make('ol', { className: 'times' }, rows.map(time)));
}

function time(samples) {
  const share = condition => samples.filter(condition).length / samples.length;
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
        + `${first.calls.length ? 'looked closer' : 'did not look closer'}`
      : `${format.percent(share(sample => sample.is_correct))} right, ${format.percent(share(sample => sample.calls.length))} `
        + `look closer, mean reward ${format.decimal(samples.reduce((sum, sample) => sum + sample.reward, 0) / samples.length)}`));
}
