// Page routing: the list of runs, or one run's curves, trajectories or information.
import { make } from '../elements.js';
import { ask, say } from './document.js';
import { state, go, onChange } from './state.js';
import { Curves } from './curves.js';
import { Trajectories } from './trajectories.js';
import { RunList, About } from './overview.js';

const views = [['curves', 'Curves'], ['trajectories', 'Trajectories'], ['about', 'About the run']];
const page = document.getElementById('page');
const tabs = document.getElementById('tabs');
const runChoice = document.getElementById('run');
let shown = null; // { key, view }
let runs = [];

const viewName = () => views.map(([name]) => name).find(name => name === state().values.get('view')) ?? 'curves';

async function loadRuns() {
  const list = await ask('/api/runs');
  document.getElementById('playground').hidden = !list.has_playground;
  runs = list.runs;
}

function showTabs(run) {
  tabs.hidden = !run;
  const link = document.getElementById('runs');
  if (run) link.removeAttribute('aria-current');
  else link.setAttribute('aria-current', 'page');
  document.title = run ? `${run}: ${viewName()}` : 'DeepEyes: runs';
  if (run) {
    tabs.replaceChildren(...views.map(([name, text]) => make('a', {
      href: name === viewName() ? location.href : `/runs/${encodeURIComponent(run)}${name === 'curves' ? '' : `?view=${name}`}`,
      'aria-current': name === viewName() ? 'page' : null,
    }, text)));
  }
  runChoice.parentElement.hidden = !run || runs.length < 2;
  runChoice.replaceChildren(...runs.map(({ name }) => make('option', { value: name, selected: name === run }, name)));
}

async function render() {
  const { run } = state();
  const key = run ? `${run} ${viewName()}` : 'runs';
  say('');
  showTabs(run);
  if (shown?.key === key) return shown.view.changed();
  shown?.view.close();
  page.className = `viewer ${run ? viewName() : 'runs'}`;
  shown = { key, view: run
    ? { curves: () => new Curves(page, runs.map(({ name }) => name)), trajectories: () => new Trajectories(page),
      about: () => new About(page) }[viewName()]()
    : new RunList(page, runs) };
  if (!run) return;
  scrollTo(0, 0);
}

runChoice.addEventListener('change', () => go({ view: viewName() === 'curves' ? null : viewName() }, { run: runChoice.value }));
onChange(render);
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea, dialog *')) return;
  if (event.key.startsWith('Arrow') && event.target.closest('svg, summary')) return;
  if (event.key === '?') return document.getElementById('help').showModal();
  const view = views[Number(event.key) - 1];
  const isHandled = view && state().run
    ? (go({ view: view[0] === 'curves' ? null : view[0] }), true) : shown?.view.press?.(event.key);
  if (isHandled) event.preventDefault();
});

// The page of a run is drawn before the list of runs has arrived.
const list = loadRuns();
if (state().run && !state().values.get('with')) {
  await render();
  await list.catch(error => say(error.message));
  showTabs(state().run);
  shown.view.runsAreKnown?.(runs.map(({ name }) => name));
} else {
  try {
    await list;
    await render();
  } catch (error) {
    say(error.message);
  }
}
document.documentElement.dataset.ready = 'true';
