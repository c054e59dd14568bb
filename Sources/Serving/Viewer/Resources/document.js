// Shared controls and requests to the server.
import { make } from '../elements.js';

// A group of buttons of which one is selected.
export function choices(label, options, chosen, onChoose) {
  return make('div', { className: 'choices', role: 'group', 'aria-label': label },
    options.map(([value, text]) => make('button', {
      type: 'button', 'aria-pressed': String(value === chosen), onclick: () => onChoose(value),
    }, text)));
}

export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function ask(path, signal) {
  const response = await fetch(path, { signal });
  if (response.ok) return response.json();
  let message = `The server responded with status ${response.status}.`;
  try {
    message = (await response.json()).error.message;
  } catch { /* Not an error response in this server's format, for example from a proxy. */ }
  throw new Problem(response.status, message);
}

export function say(text) {
  document.getElementById('status').textContent = text;
}
