// The list of runs and of evaluations.
import { make, shape } from '../elements.js';
import * as format from '../format.js';
import { smoothed } from '../smoothing.js';
import { ask, say } from './document.js';
import { address, go, state } from './state.js';
import { sortedTable } from './runs_table.js';
import { chip, fraction, progress, stateName } from './status.js';

const pollTime = 3000;
const comparedCount = 6;

export const listAddress = () => {
  const columns = state().values.get('columns');
  return `/api/runs${columns === null ? '' : `?columns=${encodeURIComponent(columns)}`}`;
};

export class RunList {
  // `onList` is called with each newer list.
  constructor(page, list, onList) {
    Object.assign(this, { list, onList });
    this.compared = new Set();
    this.search = make('input', { type: 'search', placeholder: 'Name, status, value', value: state().values.get('search') ?? '' });
    this.search.addEventListener('input', () => go({ search: this.search.value }, { replaces: true }));
    this.picker = make('div', { className: 'picker' });
    this.compare = make('span', {});
    this.counts = make('p', { className: 'note', role: 'status' });
    this.tables = make('div', {});
    page.replaceChildren(
      make('h1', {}, 'Runs'),
      make('div', { className: 'controls' },
        make('label', {}, 'Search ', this.search),
        make('details', { className: 'compare' }, make('summary', {}, 'Columns'), this.picker), this.compare),
      this.counts, this.tables);
    this.draw();
    this.timer = setTimeout(() => this.poll(), 0);
  }

  close() {
    this.request?.abort();
    clearTimeout(this.timer);
  }

  changed() {
    if (this.search !== document.activeElement) this.search.value = state().values.get('search') ?? '';
    if (state().values.get('columns') !== this.columns) {
      this.close();
      this.poll();
    }
    this.draw();
  }

  press(key) {
    if (key !== '/') return false;
    this.search.focus();
    return true;
  }

  async poll() {
    this.request = new AbortController();
    const { signal } = this.request;
    try {
      this.list = await ask(listAddress(), signal);
      this.onList(this.list);
      this.draw();
      say('');
    } catch (error) {
      if (signal.aborted) return;
      say(error.message);
    }
    this.timer = setTimeout(() => this.poll(), document.hidden ? pollTime * 10 : pollTime);
  }

  // Drawing

  draw() {
    const { values } = state();
    this.columns = values.get('columns');
    const drawn = JSON.stringify([this.list, values.toString(), [...this.compared]], (name, value) =>
      name === 'seconds_since_written' || name === 'remaining_seconds' ? format.seconds(value) : value);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.keepingFocus(() => {
      this.drawPicker();
      this.drawTables();
    });
  }

  // The elements are made anew; the one with the same key gets the focus back, and tables stay scrolled.
  keepingFocus(draw) {
    const key = document.activeElement?.getAttribute?.('data-key');
    const scrolled = [...this.tables.querySelectorAll('.scroll')].map(element => element.scrollLeft);
    draw();
    if (key) document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
    this.tables.querySelectorAll('.scroll').forEach((element, index) => { element.scrollLeft = scrolled[index] ?? 0; });
  }

  drawTables() {
    const { values } = state();
    const words = (values.get('search') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const isFound = row => words.every(word => searchText(row, this.list.columns).includes(word));
    const runs = this.list.runs.filter(isFound);
    const evaluations = this.list.evaluations.filter(isFound);
    const all = this.list.runs.length + this.list.evaluations.length;
    this.counts.textContent = all === 0 ? 'No runs yet.' : counted(runs, evaluations)
      + (runs.length + evaluations.length < all ? `, of ${format.count(all)} in all` : '');
    this.drawCompare(runs);
    const table = (label, columns, rows, parameter) => make('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': label },
      sortedTable({ label, columns, rows, sort: values.get(parameter) ?? 'name', onSort: sort =>
        go({ [parameter]: sort === 'name' ? null : sort }, { replaces: true }) }));
    this.tables.replaceChildren(
      ...runs.length ? [table('Training runs', this.runColumns(), runs, 'sort')] : [],
      ...evaluations.length ? [
        make('h2', {}, 'Evaluations'), table('Evaluations', evaluationColumns, evaluations, 'evaluations'),
      ] : []);
  }

  runColumns() {
    return [
      { id: 'name', title: 'Run', isText: true, value: run => run.name, cell: run => this.nameCell(run) },
      statusColumn,
      { id: 'progress', title: 'Steps', value: run => fraction(run.status) ?? undefined, cell: progressCell },
      { id: 'reward', title: 'Reward', value: run => run.reward, cell: run => format.decimal(run.reward) },
      { id: 'curve', title: 'Reward curve', cell: spark },
      { id: 'accuracy', title: 'Accuracy', value: run => run.accuracy, cell: run => format.percent(run.accuracy) },
      { id: 'calls', title: 'With tool calls', value: run => run.call_rate, cell: run => format.percent(run.call_rate) },
      ...this.list.columns.map((name, index) => ({
        id: `settings.${name}`, title: name.slice(name.lastIndexOf('.') + 1), note: name.slice(0, name.lastIndexOf('.') + 1), isText: true,
        value: run => sortable(run.settings[index]), cell: run => settingCell(run.settings[index]),
      })),
      writtenColumn,
    ];
  }

  nameCell(run) {
    const box = make('input', {
      type: 'checkbox', checked: this.compared.has(run.name), 'aria-label': `Compare ${run.name}`, 'data-key': `compare ${run.name}`,
    });
    box.addEventListener('change', () => {
      if (box.checked) this.compared.add(run.name);
      else this.compared.delete(run.name);
      this.draw();
    });
    return make('span', { className: 'chosen' }, run.last_step === undefined ? null : box,
      make('a', { href: address({}, run.name), 'data-key': `run ${run.name}` }, run.name));
  }

  // A link to the curves of the chosen runs, or of the first ones.
  drawCompare(runs) {
    const drawable = runs.filter(run => run.last_step !== undefined).map(run => run.name);
    const chosen = drawable.filter(name => this.compared.has(name));
    const [first, ...others] = chosen.length > 1 ? chosen : drawable.slice(0, comparedCount);
    this.compare.replaceChildren(...others.length ? [make('a', {
      href: address({ with: others.map(encodeURIComponent).join(',') }, first), 'data-key': 'compare',
    }, chosen.length > 1 ? `Compare the curves of ${chosen.length} runs` : 'Compare their curves')] : []);
  }

  // Choosing columns

  drawPicker() {
    const chosen = this.list.columns;
    const known = JSON.stringify([this.list.settings, chosen]);
    if (known === this.pickerDrawn) return;
    this.pickerDrawn = known;
    const find = make('input', { type: 'search', placeholder: 'Find a configuration value', value: this.wanted ?? '',
      'aria-label': 'Find a configuration value', 'data-key': 'find' });
    const choice = ({ name }) => {
      const box = make('input', { type: 'checkbox', value: name, checked: chosen.includes(name), 'data-key': `column ${name}` });
      box.addEventListener('change', () => {
        const names = [...this.picker.querySelectorAll('label')].filter(label => label.firstChild.checked)
          .map(label => label.firstChild.value);
        go({ columns: names.join(',') || 'none' }, { replaces: true });
      });
      return make('label', { 'data-name': name.toLowerCase() }, box, ' ', name);
    };
    const part = (title, differs) => {
      const choices = this.list.settings.filter(setting => setting.differs === differs).map(choice);
      return choices.length ? make('fieldset', {}, make('legend', {}, title), choices) : null;
    };
    const parts = [part('Different between the runs', true), part('The same in all runs', false)].filter(Boolean);
    const filter = () => {
      this.wanted = find.value;
      for (const label of parts.flatMap(part => [...part.querySelectorAll('label')])) {
        label.hidden = !label.dataset.name.includes(find.value.toLowerCase());
      }
    };
    find.addEventListener('input', filter);
    filter();
    const top = this.picker.querySelector('.parts')?.scrollTop ?? 0;
    this.picker.replaceChildren(
      ...parts.length ? [find, make('div', { className: 'parts' }, parts)] : [make('p', { className: 'note' }, 'No run has a configuration.')]);
    if (parts.length) this.picker.querySelector('.parts').scrollTop = top;
  }
}

// Cells

const statusColumn = {
  id: 'status', title: 'Status', isText: true, value: row => stateOrder.indexOf(row.status.state),
  cell: row => [chip(row.status), row.status.reason ? make('span', { className: 'note reason' }, row.status.reason) : null],
};

const stateOrder = ['running', 'failed', 'stopped', 'finished'];

const writtenColumn = {
  id: 'written', title: 'Last written', value: row => row.seconds_since_written === undefined ? undefined : -row.seconds_since_written,
  cell: row => row.seconds_since_written === undefined ? '–' : `${format.seconds(row.seconds_since_written)} ago`,
};

const condition = name => evaluation => evaluation.result?.conditions[name]?.headline;
const change = name => evaluation => evaluation.result?.[name]?.accuracy;
const percentColumn = (id, title, value) => ({ id, title, value, cell: row => format.percent(value(row), 1) });

const evaluationColumns = [
  { id: 'name', title: 'Evaluation', isText: true, value: row => row.name, cell: row => make('a', {
    href: address({ view: 'trajectories' }, row.name), 'data-key': `run ${row.name}` }, row.name) },
  statusColumn,
  { id: 'benchmark', title: 'Benchmark', isText: true, value: row => row.result?.title, cell: row => row.result?.title ?? '–' },
  { id: 'model', title: 'Model', isText: true, value: row => row.result?.model, cell: row => settingCell(row.result?.model) },
  percentColumn('tools', 'With tools', condition('tools')),
  percentColumn('no_tools', 'Without tools', condition('no_tools')),
  percentColumn('gain', 'Tool gain', change('tool_gain')),
  percentColumn('harm', 'Tool harm', change('tool_harm')),
  { id: 'answers', title: 'Answers', value: row => row.answers, cell: row => format.count(row.answers)
    + (row.result?.unanswered ? `, ${format.count(row.result.unanswered)} missing` : '') },
  writtenColumn,
];

function progressCell(run) {
  const done = fraction(run.status);
  return [
    make('span', {}, progress(run.status)),
    done === null ? null : make('progress', { value: done, max: 1, 'aria-label': `${format.percent(done)} of the steps` }),
  ];
}

// A number as it was meant, `0.00015` for `1.5e-4`, but `1e-6`.
function settingText(text) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || /^[+-]?0\d|^0x/i.test(text)) return text;
  return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
}

const settingCell = text => text === undefined || text === null ? '–' : text === '' ? 'empty'
  : make('span', { className: 'setting', title: text }, settingText(text));

const sortable = text => text === null || text === undefined ? undefined
  : text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

const searchText = (row, columns) => [
  row.name, stateName(row.status), row.status.reason, row.result?.title, row.result?.model,
  ...(row.settings ?? []).flatMap((value, index) => value === null ? [] : [`${columns[index]}=${settingText(value)}`]),
].filter(Boolean).join(' ').toLowerCase();

function counted(runs, evaluations) {
  const states = stateOrder.map(name => [name, runs.filter(run => run.status.state === name).length]).filter(([, count]) => count);
  return [
    runs.length ? `${format.plural(runs.length, 'run')} (${states.map(([name, count]) => `${count} ${name}`).join(', ')})` : null,
    evaluations.length ? format.plural(evaluations.length, 'evaluation') : null,
  ].filter(Boolean).join(' and ') || 'Nothing matches the search';
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
