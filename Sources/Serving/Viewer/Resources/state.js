// The URL holds the selection: every state has a link, and Back returns to the previous one.
const listeners = [];

export function state() {
  const [, , run] = location.pathname.split('/');
  return { run: run ? decodeURIComponent(run) : null, values: new URLSearchParams(location.search) };
}

// The URL of the current state with `changes`; a value of null or '' removes the parameter.
export function address(changes, run = state().run) {
  const values = run === state().run ? state().values : new URLSearchParams();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') values.delete(name);
    else values.set(name, value);
  }
  const query = values.toString().replaceAll('+', '%20').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return (run ? `/runs/${encodeURIComponent(run)}` : '/runs') + (query ? `?${query}` : '');
}

export function go(changes, { replaces = false, run } = {}) {
  const next = address(changes, run ?? state().run);
  if (next === location.pathname + location.search) return;
  history[replaces ? 'replaceState' : 'pushState'](null, '', next);
  for (const listener of listeners) listener();
}

export function onChange(listener) {
  listeners.push(listener);
}

addEventListener('popstate', () => {
  for (const listener of listeners) listener();
});

// Links within the viewer update the page without reloading it.
addEventListener('click', event => {
  const link = event.target.closest?.('a[href]');
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.download
    || link.target || link.origin !== location.origin || !/^\/runs(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  if (link.pathname + link.search === location.pathname + location.search) return;
  history.pushState(null, '', link.href);
  for (const listener of listeners) listener();
});

export const api = (path, run = state().run) => `/api/runs/${encodeURIComponent(run)}/${path}`;
