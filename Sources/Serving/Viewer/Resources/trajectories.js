// The trajectories of a run: filters, the list, and the selected trajectory.
import { make } from '../elements.js';
import * as format from '../format.js';
import { ask, choices, say } from './document.js';
import { state, go, address, api } from './state.js';
import { article, card, nextShading } from './trajectory.js';
import { acrossSteps } from './prompt.js';

const pageLength = 50;
const watchTime = 5000;
const filterNames = ['origin', 'steps', 'kind', 'correct', 'reward', 'calls', 'pattern', 'finish', 'text', 'example', 'order'];
const orders = [
  ['', 'Newest first'], ['oldest', 'Oldest first'], ['highestReward', 'Highest reward'], ['lowestReward', 'Lowest reward'],
  ['mostCalls', 'Most calls'],
];
const shows = [['one', 'Trajectory'], ['group', 'Its group'], ['prompt', 'Same prompt across steps']];
const isNarrow = () => matchMedia('(max-width: 900px)').matches;

export class Trajectories {
  constructor(page) {
    this.controller = new AbortController();
    this.lines = [];
    this.form = make('form', { className: 'filters', 'aria-label': 'Filters' });
    this.totals = make('p', { className: 'totals', role: 'status' });
    this.list = make('ol', { className: 'lines', 'aria-label': 'Trajectories' });
    this.more = make('button', { type: 'button', onclick: () => this.loadMore() }, 'More');
    this.detail = make('section', { className: 'detail', 'aria-label': 'Selected trajectory' });
    this.fresh = make('button', { type: 'button', className: 'fresh', hidden: true, onclick: () => this.load(this.query) },
      'Show newer trajectories');
    this.side = make('section', { className: 'side', 'aria-label': 'List' },
      make('details', { className: 'filter-box', open: !isNarrow() }, make('summary', {}, 'Filters'), this.form),
      this.totals, this.fresh, this.list, this.more);
    page.replaceChildren(make('div', { className: 'panes' }, this.side, this.detail));
    this.observer = new IntersectionObserver(entries => entries.some(entry => entry.isIntersecting) && this.loadMore(),
      { rootMargin: '400px' });
    this.observer.observe(this.more);
    this.form.addEventListener('submit', event => event.preventDefault());
    this.form.addEventListener('input', () => this.filtered());
    this.fill();
    this.changed();
    this.watching = setInterval(() => this.watch(), watchTime);
  }

  close() {
    this.controller.abort();
    this.observer.disconnect();
    clearTimeout(this.typing);
    clearInterval(this.watching);
  }

  // Shows a button when the run has newer trajectories; the list itself does not move.
  async watch() {
    if (document.hidden) return;
    try {
      const [newest] = await ask(api('trajectories?limit=1&origin=training'), this.controller.signal);
      this.fresh.hidden = this.newest === undefined || newest?.at === this.newest;
      this.newest ??= newest?.at ?? null;
    } catch { /* The next poll tries again. */ }
  }

  // Filters

  get query() {
    const values = state().values;
    return filterNames.filter(name => values.get(name)).map(name => `${name}=${encodeURIComponent(values.get(name))}`).join('&');
  }

  fill() {
    const values = state().values;
    const [steps, reward] = ['steps', 'reward'].map(name => ends(values.get(name)));
    const select = (name, label, options) => {
      const chosen = values.get(name) ?? '';
      const all = options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
      return make('label', {}, label, make('select', { name }, all.map(([value, text]) =>
        make('option', { value, selected: value === chosen }, text))));
    };
    const range = (name, label, ends, step) => make('fieldset', {}, make('legend', {}, label),
      ['from', 'to'].map((end, index) => make('input', {
        type: 'number', name: `${name}-${end}`, value: ends[index], step, placeholder: end, 'aria-label': `${label} ${end}`,
      })));
    this.form.replaceChildren(
      make('label', { className: 'whole' }, 'Text', make('input', {
        type: 'search', name: 'text', value: values.get('text') ?? '', placeholder: 'in question, answer or reasoning',
      })),
      range('steps', 'Steps', steps, 1), range('reward', 'Reward', reward, 0.1),
      select('correct', 'Answer', [['', 'any'], ['yes', 'right'], ['no', 'wrong']]),
      select('calls', 'Tool calls', [['', 'any'], ['0', 'none'], ['1..', '1 or more'], ['1', '1'], ['2..', '2 or more']]),
      select('pattern', 'Thinking pattern', [['', 'any']]),
      select('kind', 'Question kind', [['', 'any']]),
      select('origin', 'Origin', [['', 'any']]),
      select('finish', 'Finish reason', [['', 'any']]),
      select('order', 'Order', orders),
      values.get('example') ? make('label', { className: 'whole' }, 'Example', make('input', {
        type: 'search', name: 'example', value: values.get('example'),
      })) : '',
      make('p', { className: 'whole buttons' },
        make('button', { type: 'button', onclick: () => this.clear() }, 'Clear filters'),
        make('a', { id: 'csv', href: api(`trajectories.csv?${this.query}`), download: '' }, 'List as CSV')));
  }

  // Adds the run's values to the select elements and keeps the current selection.
  offer(facts) {
    const names = { kind: facts.kinds, origin: facts.origins.map(origin => origin.name), finish: facts.finishes, pattern: facts.patterns };
    for (const [field, values] of Object.entries(names)) {
      const select = this.form.elements[field];
      const known = [...select.options].map(option => option.value);
      select.append(...values.filter(value => !known.includes(value)).map(value => make('option', { value }, value)));
    }
  }

  clear() {
    go(Object.fromEntries(filterNames.map(name => [name, null])));
    this.fill();
    if (this.facts) this.offer(this.facts);
  }

  // Typing is debounced, and replaces the history entry instead of adding one.
  filtered() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      const value = name => this.form.elements[name]?.value.trim() ?? '';
      const range = name => [value(`${name}-from`), value(`${name}-to`)].join('..').replace(/^\.\.$/, '');
      go({
        ...Object.fromEntries(filterNames.map(name => [name, value(name)])),
        steps: range('steps'), reward: range('reward'),
      }, { replaces: document.activeElement?.matches('input') });
    }, document.activeElement?.matches('input') ? 150 : 0);
  }

  // The list

  async changed() {
    const query = this.query;
    if (query !== this.shownQuery) this.load(query);
    else this.markChosen();
    this.showChosen();
    if (this.facts) return;
    try {
      this.facts = await ask(api('facts'), this.controller.signal);
      this.offer(this.facts);
    } catch (error) {
      if (!this.controller.signal.aborted) say(error.message);
    }
  }

  async load(query) {
    this.shownQuery = query;
    this.loading?.abort();
    this.loading = new AbortController();
    const signal = AbortSignal.any([this.loading.signal, this.controller.signal]);
    const link = this.form.querySelector('#csv');
    if (link) link.href = api(`trajectories.csv?${query}`);
    this.isWhole = true;
    this.newest = undefined;
    this.fresh.hidden = true;
    const totals = ask(api(`totals?${query}`), signal).then(totals => this.showTotals(totals));
    try {
      const lines = await ask(api(`trajectories?${query}&limit=${pageLength}`), signal);
      this.lines = [];
      this.list.replaceChildren();
      this.add(lines);
      if (!state().values.get('at') && lines.length && !isNarrow()) go({ at: lines[0].at }, { replaces: true });
      await totals;
    } catch (error) {
      if (!signal.aborted) this.totals.textContent = error.message;
    }
  }

  async loadMore() {
    if (this.isWhole) return;
    this.isWhole = true;
    const signal = AbortSignal.any([this.loading.signal, this.controller.signal]);
    try {
      const range = `limit=${pageLength}&offset=${this.lines.length}`;
      this.add(await ask(api(`trajectories?${this.shownQuery}&${range}`), signal));
    } catch (error) {
      if (!signal.aborted) say(error.message);
    }
  }

  add(lines) {
    const known = new Set(this.lines.map(line => line.at));
    const added = lines.filter(line => !known.has(line.at));
    this.lines.push(...added);
    this.list.append(...added.map(line => this.row(line)));
    this.isWhole = lines.length < pageLength;
    this.more.hidden = this.isWhole;
    this.markChosen();
  }

  showTotals(totals) {
    this.totals.textContent = totals.count === 0 ? 'No trajectory matches the filters.'
      : `${format.plural(totals.count, 'trajectory', 'trajectories')}: ${format.percent(totals.accuracy)} right, `
        + `${format.percent(totals.call_rate)} with tool calls, mean reward ${format.decimal(totals.reward)}`;
  }

  row(line) {
    const verdict = line.is_correct ? 'right' : 'wrong';
    const position = line.origin === 'training'
      ? `${line.step} · ${line.group} · ${line.sample}` : `${line.origin.replace('evaluation/', '')} · ${line.group}`;
    return make('li', {}, make('a', { href: address({ at: line.at }), 'data-at': line.at },
      make('span', { className: `verdict ${verdict}`, role: 'img', 'aria-label': verdict }, line.is_correct ? '✓' : '✗'),
      make('span', { className: 'question', dir: 'auto' }, line.question),
      make('span', { className: 'reward' }, format.decimal(line.reward)),
      make('span', { className: 'facts', dir: 'auto' }, [
        position, line.kind, line.answer ?? 'no answer', line.call_count ? format.plural(line.call_count, 'call') : null,
      ].filter(Boolean).join(' · '))));
  }

  markChosen() {
    const at = state().values.get('at');
    for (const link of this.list.querySelectorAll('a')) {
      link.href = address({ at: link.dataset.at });
      if (link.dataset.at === at) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  async move(by) {
    const index = this.lines.findIndex(line => line.at === state().values.get('at'));
    const next = this.lines[Math.max(0, index + by)];
    if (!next) return this.loadMore();
    if (this.lines.length - index < 10) this.loadMore();
    go({ at: next.at }, { replaces: true });
    this.list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }

  // The selected trajectory

  async showChosen() {
    const values = state().values;
    const [at, show, shade] = [values.get('at'), values.get('show') ?? 'one', values.get('shade')];
    const wanted = `${at} ${show}`;
    this.side.parentElement.classList.toggle('chosen', Boolean(at));
    if (!at) {
      this.wanted = null;
      return this.detail.replaceChildren(make('p', { className: 'note' }, 'Select a trajectory from the list.'));
    }
    if (wanted === this.wanted) {
      if (shade !== this.shade && this.content) this.draw();
      return;
    }
    this.wanted = wanted;
    const path = { one: 'trajectory', group: 'group', prompt: 'prompt' }[show] ?? 'trajectory';
    try {
      const content = await ask(api(`${path}?at=${encodeURIComponent(at)}`), this.controller.signal);
      if (wanted !== this.wanted) return;
      this.content = { at, show, content };
      this.draw();
    } catch (error) {
      if (this.controller.signal.aborted || wanted !== this.wanted) return;
      this.content = null;
      this.detail.replaceChildren(this.bar(show), make('p', { className: 'note', role: 'alert' }, error.message));
    }
  }

  draw() {
    const { show, content } = this.content;
    this.shade = state().values.get('shade');
    this.detail.replaceChildren(this.bar(show), ...{
      one: () => [article(content)],
      group: () => this.group(content),
      prompt: () => [acrossSteps(content)],
    }[show in { group: 1, prompt: 1 } ? show : 'one']());
  }

  bar(show) {
    return make('div', { className: 'detail-bar' },
      make('a', { href: address({ at: null }), className: 'back' }, '← List'),
      choices('Show', shows, show, name => go({ show: name === 'one' ? null : name })),
      make('span', { className: 'steps' },
        make('button', { type: 'button', 'aria-label': 'Previous trajectory', onclick: () => this.move(-1) }, '↑'),
        make('button', { type: 'button', 'aria-label': 'Next trajectory', onclick: () => this.move(1) }, '↓')));
  }

  group(samples) {
    const right = samples.filter(sample => sample.is_correct).length;
    const rewards = new Set(samples.map(sample => sample.reward));
    return [
      make('h2', { dir: 'auto' }, samples[0].question),
      make('p', { className: 'note' },
        `${samples[0].kind} · expected: ${samples[0].expected} · ${right} of ${samples.length} right`,
        samples.length > 1 && rewards.size === 1 ? ' · all rewards are equal, so the group has no gradient' : ''),
      make('div', { className: 'samples' }, samples.map(card)),
    ];
  }

  // Keys

  press(key) {
    switch (key) {
    case 'j': case 'ArrowDown': this.move(1); return true;
    case 'k': case 'ArrowUp': this.move(-1); return true;
    case 't': go({ show: null }); return true;
    case 'g': go({ show: 'group' }); return true;
    case 'p': go({ show: 'prompt' }); return true;
    case 's': nextShading(); return true;
    case '/':
      this.side.querySelector('details').open = true;
      this.form.elements.text.focus();
      return true;
    default: return false;
    }
  }
}

const ends = text => {
  if (!text) return ['', ''];
  const parts = text.split('..');
  return [parts[0], parts.length > 1 ? parts[1] : parts[0]];
};
