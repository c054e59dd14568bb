// Formats numbers for people, in the same way as `Readable`.
const fixed = (value, digits) => {
  const text = value.toFixed(digits);
  return (/^-0(\.0+)?$/.test(text) ? text.slice(1) : text).replace('-', '−');
};

function scaled(value, units) {
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return fixed(value, unit === 0 || Math.abs(value) >= 99.95 ? 0 : 1) + units[unit];
}

export const count = value => Math.round(value).toLocaleString('en');
export const bytes = value => scaled(value, [' B', ' kB', ' MB', ' GB', ' TB']);
export const shortCount = value => scaled(value, ['', 'k', 'M', 'G', 'T']);
export const percent = (share, digits = 0) =>
  share === null || share === undefined ? '–' : `${fixed(share * 100, digits)} %`;
export const decimal = (value, digits = 2) => value === null || value === undefined ? '–' : fixed(value, digits);
export const signed = value => value > 0 ? `+${fixed(value, 2)}` : fixed(value, 2);

export function number(value) {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return shortCount(value);
  if (size >= 100) return fixed(value, 0);
  if (size >= 10) return fixed(value, 1);
  if (size >= 0.001) return fixed(value, size >= 1 ? 2 : 3);
  return value.toExponential(1).replace('.0e', 'e').replace('-', '−');
}

export function seconds(value) {
  if (value === 0) return '0 s';
  if (value < 0.9995) return `${fixed(value, 2)} s`;
  if (value < 9.95) return `${fixed(value, 1)} s`;
  if (value < 59.5) return `${fixed(value, 0)} s`;
  const minutes = Math.round(value / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor(minutes % 1440 / 60)} h`;
}

// `tool/error_rate` as words: `Tool error rate`.
export function words(name) {
  const text = name.replace(/[/_]/g, ' ').replace(/\biou\b/, 'IoU');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
