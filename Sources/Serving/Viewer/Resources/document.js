// Making elements and asking the server. Text is always set as text, never as markup.
const svgSpace = 'http://www.w3.org/2000/svg';

export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key in element && key !== 'list' && key !== 'role') element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export function shape(name, attributes = {}, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

// A button that shows which of some choices is taken.
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
  let message = `The server answered ${response.status}.`;
  try {
    message = (await response.json()).error.message;
  } catch { /* The answer is not of this server. */ }
  throw new Problem(response.status, message);
}

export function say(text) {
  document.getElementById('status').textContent = text;
}

// Offers bytes or text as a file.
export function save(name, blob) {
  const link = make('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
