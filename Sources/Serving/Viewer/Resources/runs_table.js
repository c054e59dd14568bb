// A table that its headings sort.
import { make } from '../elements.js';

// `columns` are `{ id, title, note, cell, value }`: the heading, with a note before it; the content of a row's cell; and the value to
// sort by, a number, a text or undefined. `sort` is a column's id, after a minus sign if descending.
export function sortedTable({ label, columns, rows, sort, onSort }) {
  const isDescending = sort.startsWith('-');
  const id = sort.replace(/^-/, '');
  const chosen = columns.find(column => column.id === id && column.value);
  const sorted = chosen ? rows.toSorted((one, other) => compared(chosen.value(one), chosen.value(other), isDescending)) : rows;
  const heading = column => {
    const isChosen = column === chosen;
    const title = [column.note ? make('span', { className: 'group' }, column.note) : null, column.title];
    const next = isChosen ? (isDescending ? column.id : `-${column.id}`) : column.isText ? column.id : `-${column.id}`;
    return make('th', { scope: 'col', 'aria-sort': isChosen ? (isDescending ? 'descending' : 'ascending') : null },
      !column.value ? title : make('button', { type: 'button', className: 'sort', 'data-key': `sort ${label} ${column.id}`,
        onclick: () => onSort(next) }, title, make('span', { 'aria-hidden': 'true' }, isChosen ? (isDescending ? ' ↓' : ' ↑') : '')));
  };
  return make('table', { className: 'runs', 'aria-label': label },
    make('thead', {}, make('tr', {}, columns.map(heading))),
    make('tbody', {}, sorted.map(row => make('tr', {}, columns.map((column, index) =>
      make(index ? 'td' : 'th', index ? {} : { scope: 'row' }, column.cell(row)))))));
}

// Rows without a value come last in either order.
function compared(one, other, isDescending) {
  const [isMissing, isOtherMissing] = [one, other].map(value => value === undefined || value === null);
  if (isMissing || isOtherMissing) return isMissing - isOtherMissing;
  const order = typeof one === 'number' && typeof other === 'number' ? one - other
    : String(one).localeCompare(String(other), 'en', { numeric: true });
  return isDescending ? -order : order;
}
