// The metric curves of a run, those of runs to compare it with, and its alarms.
import { make } from '../elements.js';
import * as format from '../format.js';
import { lineClass } from '../chart.js';
import { learningCurves } from '../learning_curves.js';
import { ask } from './document.js';
import { state, go, address, api } from './state.js';
import { chip, progress, sentences } from './status.js';

const pollTime = 3000;

// The metrics of a run; new steps are fetched incrementally.
class Metrics {
  constructor(name) {
    Object.assign(this, { name, version: null, steps: [], columns: {}, alarms: [], written: null, status: null });
  }

  // Fetches new steps; returns whether anything changed. The last step is fetched again because it may have been incomplete.
  async look(signal) {
    const after = this.steps.length > 1 ? this.steps.at(-2) : -1;
    const answer = await ask(api(`metrics?after=${after}`, this.name), signal);
    if (this.version !== null && answer.version !== this.version) {
      Object.assign(this, { version: null, steps: [], columns: {} });
      return this.look(signal);
    }
    this.version = answer.version;
    this.written = answer.seconds_since_written ?? null;
    this.status = answer.status;
    const old = JSON.stringify([this.steps.at(-1), this.alarms.length]);
    this.alarms = answer.alarms;
    const keep = this.steps.findLastIndex(step => step <= after) + 1;
    this.steps.length = keep;
    this.steps.push(...answer.steps);
    for (const name of new Set([...Object.keys(this.columns), ...Object.keys(answer.columns)])) {
      const column = this.columns[name] ??= [];
      while (column.length < keep) column.push(null);
      column.length = keep;
      column.push(...(answer.columns[name] ?? answer.steps.map(() => null)));
    }
    return JSON.stringify([this.steps.at(-1), this.alarms.length]) !== old;
  }
}

const known = new Map();

export const metricsOf = run => {
  if (!known.has(run)) known.set(run, new Metrics(run));
  return known.get(run);
};

export class Curves {
  constructor(page, runs) {
    this.page = page;
    this.runs = runs;
    this.controller = new AbortController();
    this.run = state().run;
    this.charts = make('div', {});
    this.facts = make('p', { className: 'note standing', role: 'status' });
    this.legend = make('div', { className: 'legend-bar' });
    this.alarms = make('div', {});
    this.bar = make('div', {}, this.controls());
    this.page.replaceChildren(this.bar, this.facts, this.alarms, this.legend, this.charts);
    this.poll();
  }

  runsAreKnown(runs) {
    this.runs = runs;
    this.bar.replaceChildren(this.controls());
  }

  close() {
    this.controller.abort();
    clearTimeout(this.timer);
  }

  get others() {
    return (state().values.get('with') ?? '').split(',').map(decodeURIComponent).filter(name => this.runs.includes(name));
  }

  get smoothing() {
    const value = Number(state().values.get('smooth') ?? 50);
    return Math.min(200, Math.max(0, Number.isFinite(value) ? value : 50)) / 1000;
  }

  controls() {
    const slider = make('input', { type: 'range', min: 0, max: 200, step: 5, value: this.smoothing * 1000, id: 'smooth' });
    slider.addEventListener('input', () => {
      go({ smooth: slider.value === '50' ? null : slider.value }, { replaces: true });
    });
    const others = this.runs.filter(name => name !== this.run);
    const chosen = this.others;
    const boxes = others.map(name => {
      const box = make('input', { type: 'checkbox', value: name });
      box.checked = chosen.includes(name);
      box.addEventListener('change', () => {
        const names = boxes.map(label => label.firstChild).filter(box => box.checked).map(box => encodeURIComponent(box.value));
        go({ with: names.join(',') || null });
      });
      return make('label', {}, box, ' ', name);
    });
    return make('div', { className: 'controls' },
      make('label', {}, 'Smoothing ', slider),
      others.length ? make('details', { className: 'compare', open: chosen.length > 0 },
        make('summary', {}, 'Compare with other runs'), make('div', { className: 'boxes' }, boxes)) : null,
      make('a', { href: api('metrics.csv'), download: '' }, 'All metrics as CSV'));
  }

  async poll() {
    const signal = this.controller.signal;
    try {
      const all = [this.run, ...this.others].map(metricsOf);
      const news = await Promise.all(all.map(metrics => metrics.look(signal)));
      if (signal.aborted) return;
      if (news.some(Boolean) || !this.isDrawn) this.draw();
      this.tell();
    } catch (error) {
      if (signal.aborted) return;
      this.facts.textContent = error.message;
    }
    this.timer = setTimeout(() => this.poll(), document.hidden ? pollTime * 10 : pollTime);
  }

  changed() {
    const others = this.others.join();
    if (others !== this.drawnOthers) {
      clearTimeout(this.timer);
      this.isDrawn = false;
      this.poll();
    } else {
      this.draw();
    }
  }

  tell() {
    const { steps, written, status } = metricsOf(this.run);
    const text = [
      steps.length ? `${progress(status)} steps${written === null ? '' : `, written ${format.seconds(written)} ago`}.`
        : 'No step has been recorded.',
      sentences(status),
      steps.length > 1 ? 'Faint: every step; bold: smoothed. Click a curve to see the trajectories of that step.' : '',
    ].filter(Boolean).join(' ');
    // Screen readers announce changes only.
    if (text === this.facts.lastChild?.textContent?.trim()) return;
    this.facts.replaceChildren(chip(status), ` ${text}`);
  }

  draw() {
    this.isDrawn = true;
    this.drawnOthers = this.others.join();
    const active = document.activeElement?.getAttribute?.('aria-label');
    const runs = [this.run, ...this.others].map(metricsOf);
    this.showAlarms(runs[0].alarms);
    this.showLegend(runs);
    const themes = learningCurves(runs, {
      smoothing: this.smoothing, alarms: runs[0].alarms,
      onStep: step => go({ view: 'trajectories', steps: `${step}..${step}`, origin: 'training', smooth: null, with: null }),
    });
    this.charts.replaceChildren(...themes.map(({ title, figures }) =>
      make('section', { className: 'curves' }, make('h2', {}, title), make('div', { className: 'grid' }, figures))));
    // The chart that had the focus was replaced by a new element, whose label has the same prefix.
    const label = active?.split('.')[0];
    if (label) this.charts.querySelector(`[aria-label^="${CSS.escape(label)}"]`)?.focus();
  }

  // One legend for all charts, which stays in sight.
  showLegend(runs) {
    this.legend.replaceChildren(...runs.length < 2 ? [] : [make('ul', { className: 'legend', 'aria-label': 'Colours of the runs' },
      runs.map((run, index) => make('li', { className: lineClass(index) },
        index === 0 ? make('b', {}, run.name) : make('a', { href: address({}, run.name) }, run.name))))]);
  }

  showAlarms(alarms) {
    if (!alarms.length) return this.alarms.replaceChildren();
    const open = this.alarms.querySelector('details')?.open ?? true;
    this.alarms.replaceChildren(make('details', { className: 'alarms', open },
      make('summary', {}, format.plural(alarms.length, 'alarm')),
      make('ol', {}, alarms.map(alarm => make('li', {},
        make('a', { href: address({ view: 'trajectories', steps: `${alarm.step}..${alarm.step}`, origin: 'training' }) },
          `Step ${format.count(alarm.step)}`),
        make('span', { className: `chip ${alarm.action}` }, alarm.action),
        make('b', {}, format.words(alarm.alarm.replace(/([A-Z])/g, ' $1').toLowerCase())),
        make('span', {}, alarm.message))))));
  }
}
