// The page about one run: its trajectories and its configuration.
import { make } from '../elements.js';
import * as format from '../format.js';
import { ask, say } from './document.js';
import { address, api } from './state.js';

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
