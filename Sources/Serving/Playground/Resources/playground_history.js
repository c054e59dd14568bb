// Earlier conversations, kept in this browser; and conversations as files.
import { make } from './elements.js';

const kept = 20;
const finished = request => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

let database = null;
async function store(mode) {
  if (!database) {
    const request = indexedDB.open('deepeyes-playground', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('conversations', { keyPath: 'id' });
    database = finished(request);
  }
  return (await database).transaction('conversations', mode).objectStore('conversations');
}

// The newest first; without a place to keep them, none.
export async function pastConversations() {
  try {
    return (await finished((await store('readonly')).getAll())).sort((one, other) => other.id - one.id);
  } catch {
    return [];
  }
}

export async function keepConversation(conversation) {
  try {
    await finished((await store('readwrite')).put(structuredClone(conversation)));
    for (const old of (await pastConversations()).slice(kept)) await finished((await store('readwrite')).delete(old.id));
  } catch {
    // A browser without storage has no history.
  }
}

export async function forgetConversations() {
  try {
    await finished((await store('readwrite')).clear());
  } catch {
    // Nothing was kept.
  }
}

// The conversation as a page that needs nothing else.
export async function asPage(title, photos, turns) {
  const styles = await Promise.all(['style.css', 'enlarge.css', 'playground.css']
    .map(async name => (await fetch(`/assets/${name}`)).text()));
  const body = make('main', { className: 'playground' },
    make('section', { className: 'stage' }, photos.cloneNode(true)), make('section', { className: 'talk' }, turns.cloneNode(true)));
  for (const picture of body.querySelectorAll('.enlargeable')) {
    picture.classList.remove('enlargeable');
    for (const name of ['tabindex', 'aria-haspopup', 'data-label']) picture.removeAttribute(name);
    picture.setAttribute('role', 'img');
  }
  body.querySelectorAll('button').forEach(button => button.remove());
  const head = make('head', {}, make('meta', { charset: 'utf-8' }),
    make('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    make('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; img-src data:; style-src 'unsafe-inline'" }),
    make('title', {}, title), make('style', {}, styles.join('\n')));
  return `<!doctype html>\n<html lang="en">${head.outerHTML}<body>${body.outerHTML}</body></html>\n`;
}
