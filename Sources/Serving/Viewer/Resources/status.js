// Whether a run is running or how it ended, as shown in the list of runs and above its curves.
import { make } from '../elements.js';
import * as format from '../format.js';

const names = { running: 'Running', finished: 'Finished', stopped: 'Stopped', failed: 'Failed' };

export const stateName = status => names[status.state] ?? format.words(status.state);

export const chip = status => make('span', { className: `chip state ${status.state}` }, stateName(status));

// The fraction of the steps that are done; null if the number of steps is unknown.
export const fraction = ({ state, step, steps }) => steps ? Math.min(1, (step ?? 0) / steps) : state === 'finished' ? 1 : null;

// `120 of 500, 8 min left`.
export function progress({ step, steps, remaining_seconds: remaining }) {
  const done = steps ? `${format.count(step ?? 0)} of ${format.count(steps)}` : step === undefined ? '–' : format.count(step);
  return done + (remaining === undefined ? '' : `, ${format.seconds(remaining)} left`);
}

// The state in a sentence, with what to do about it.
export function sentences(status) {
  if (status.state === 'finished') return '';
  if (status.state === 'running') return 'This page updates by itself.';
  const next = status.is_evaluation ? 'The same deepeyes evaluate command continues it.'
    : 'deepeyes train with --run FOLDER --resume continues it from its newest checkpoint.';
  return [status.reason, next].filter(Boolean).join(' ');
}
