// The list of runs, and the page about one run: its trajectories and its configuration.
import { make, shape } from '../elements.js';
import * as format from '../format.js';
import { smoothed } from '../smoothing.js';
import { ask, say } from './document.js';
import { address, api } from './state.js';

export class RunList {
  constructor(page, runs) {
    const compared = runs.filter(run => run.last_step !== undefined);
    page.replaceChildren(
      make('h1', {}, 'Runs'),
      runs.length ? make('div', { className: 'scroll' }, make('table', { className: 'runs' },
        make('thead', {}, make('tr', {}, ['Run', 'Steps', 'Reward', 'Reward curve', 'Accuracy', 'With tool calls', 'Last written'].map(name =>
          make('th', { scope: 'col' }, name)))),
        make('tbody', {}, runs.map(run => make('tr', {},
          make('th', { scope: 'row' }, make('a', { href: address({}, run.name) }, run.name)),
          make('td', {}, run.last_step === undefined ? '–' : format.count(run.last_step)),
          make('td', {}, format.decimal(run.reward)),
          make('td', {}, spark(run)),
          make('td', {}, format.percent(run.accuracy)),
          make('td', {}, format.percent(run.call_rate)),
          make('td', {}, run.seconds_since_written === undefined ? '–' : `${format.seconds(run.seconds_since_written)} ago`))))))
        : make('p', { className: 'note' }, 'No runs yet.'),
      compared.length > 1 ? make('p', { className: 'note' }, make('a', {
        href: address({ with: compared.slice(1, 6).map(run => encodeURIComponent(run.name)).join(',') }, compared[0].name),
      }, 'Compare their curves')) : '');
  }

  changed() {}
  close() {}
}

function spark(run) {
  if (run.curve.length < 2) return '';
  const values = smoothed([...run.curve.keys()], run.curve, 0.05).map(point => point.smooth);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, index) =>
    `${(index / (values.length - 1) * 96 + 2).toFixed(1)} ${(22 - (value - low) / (high - low || 1) * 20).toFixed(1)}`);
  const label = `Reward from ${low.toFixed(2)} to ${high.toFixed(2)}`;
  return shape('svg', { viewBox: '0 0 100 24', class: 'spark s1', role: 'img', 'aria-label': label },
    shape('path', { class: 'smooth', d: `M${points.join('L')}` }));
}

export class About {
  constructor(page) {
    this.controller = new AbortController();
    this.page = page;
    this.load();
  }

  close() {
    this.controller.abort();
  }

  changed() {}

  async load() {
    const signal = this.controller.signal;
    try {
      const [facts, configuration] = await Promise.all([
        ask(api('facts'), signal), fetch(api('configuration'), { signal }).then(response => response.text()),
      ]);
      this.page.replaceChildren(
        make('h2', {}, 'Trajectories'), this.table(facts),
        make('h2', {}, 'Configuration'),
        configuration ? make('pre', { className: 'configuration' }, configuration)
          : make('p', { className: 'note' }, 'This run folder has no configuration.'));
    } catch (error) {
      if (!signal.aborted) say(error.message);
    }
  }

  table(facts) {
    const rows = facts.origins.flatMap(({ name, count, first_step: first, last_step: last, kinds }) => [
      this.row(name, format.count(count), first === last ? `${last}` : `${first}–${last}`, {}, { origin: name }),
      ...kinds.map(kind => this.row(`– ${kind.name}`, format.count(kind.count), '', kind, { origin: name, kind: kind.name })),
    ]);
    return make('div', { className: 'scroll' }, make('table', {},
      make('thead', {}, make('tr', {}, ['Origin', 'Trajectories', 'Steps', 'Accuracy', 'With tool calls', 'First box IoU'].map(name =>
        make('th', { scope: 'col' }, name)))),
      make('tbody', {}, rows)));
  }

  row(name, count, steps, kind, filter) {
    return make('tr', {},
      make('th', { scope: 'row' }, make('a', { href: address({ view: 'trajectories', ...filter }) }, name)),
      make('td', {}, count), make('td', {}, steps),
      make('td', {}, kind.accuracy === undefined ? '' : format.percent(kind.accuracy, 1)),
      make('td', {}, kind.call_rate === undefined ? '' : format.percent(kind.call_rate, 1)),
      make('td', {}, kind.first_box_overlap === undefined ? '' : format.decimal(kind.first_box_overlap)));
  }
}
