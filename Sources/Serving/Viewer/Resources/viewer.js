// Page routing: the list of runs, or one run's curves, trajectories or information.
import { make } from '../elements.js';
import { enlargePictures } from '../enlarge.js';
import { ask, say } from './document.js';
import { state, go, onChange } from './state.js';
import { Curves } from './curves.js';
import { Trajectories } from './trajectories.js';
import { About } from './about.js';
import { RunList, listAddress } from './runs.js';

const views = [['curves', 'Curves'], ['trajectories', 'Trajectories'], ['about', 'About the run']];
const page = document.getElementById('page');
const tabs = document.getElementById('tabs');
const runChoice = document.getElementById('run');
let shown = null; // { key, view }
let list = { runs: [], evaluations: [] };

const isEvaluation = run => list.evaluations.some(({ name }) => name === run);
const names = () => [...list.runs, ...list.evaluations].map(({ name }) => name);

// An evaluation has no curves.
const viewsOf = run => isEvaluation(run) ? views.slice(1) : views;
const defaultView = () => viewsOf(state().run)[0][0];
const viewName = () => viewsOf(state().run).map(([name]) => name).find(name => name === state().values.get('view')) ?? defaultView();

async function loadRuns() {
  list = await ask(listAddress());
  document.getElementById('playground').hidden = !list.has_playground;
}

function showTabs(run) {
  tabs.hidden = !run;
  const link = document.getElementById('runs');
  if (run) link.removeAttribute('aria-current');
  else link.setAttribute('aria-current', 'page');
  document.title = run ? `${run}: ${viewName()}` : 'DeepEyes: runs';
  if (run) {
    tabs.replaceChildren(...viewsOf(run).map(([name, text]) => make('a', {
      href: name === viewName() ? location.href : `/runs/${encodeURIComponent(run)}${name === 'curves' ? '' : `?view=${name}`}`,
      'aria-current': name === viewName() ? 'page' : null,
    }, text)));
  }
  runChoice.parentElement.hidden = !run || names().length < 2;
  runChoice.replaceChildren(...names().map(name => make('option', { value: name, selected: name === run }, name)));
}

const keyOfPage = () => state().run ? `${state().run} ${viewName()}` : 'runs';

async function render() {
  const { run } = state();
  const key = keyOfPage();
  say('');
  showTabs(run);
  if (shown?.key === key) return shown.view.changed();
  shown?.view.close();
  page.className = `viewer ${run ? viewName() : 'runs'}`;
  shown = { key, view: run
    ? { curves: () => new Curves(page, list.runs.map(({ name }) => name)), trajectories: () => new Trajectories(page),
      about: () => new About(page) }[viewName()]()
    : new RunList(page, list, newer => { list = newer; }) };
  if (!run) return;
  scrollTo(0, 0);
}

runChoice.addEventListener('change', () => go({ view: viewName() === 'curves' ? null : viewName() }, { run: runChoice.value }));
onChange(render);
enlargePictures();
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea, dialog *')) return;
  if (event.key.startsWith('Arrow') && event.target.closest('svg, summary')) return;
  if (event.key === '?') return document.getElementById('help').showModal();
  const view = views[Number(event.key) - 1];
  const isHandled = view && state().run && viewsOf(state().run).includes(view)
    ? (go({ view: view[0] === 'curves' ? null : view[0] }), true) : shown?.view.press?.(event.key);
  if (isHandled) event.preventDefault();
});

// The page of a run is drawn before the list of runs has arrived.
const loading = loadRuns();
if (state().run && !state().values.get('with')) {
  await render();
  await loading.catch(error => say(error.message));
  if (shown.key === keyOfPage()) showTabs(state().run);
  else await render();
  shown.view.runsAreKnown?.(list.runs.map(({ name }) => name));
} else {
  try {
    await loading;
    await render();
  } catch (error) {
    say(error.message);
  }
}
document.documentElement.dataset.ready = 'true';
