// Photos with trajectory boxes, and crops.
import { make, shape } from '../elements.js';
import { api } from './state.js';

export const imageAddress = (trajectory, image, { region, rotation, side } = {}) =>
  api(`image?at=${encodeURI(trajectory.at)}&image=${image}${region ? `&region=${region.join(',')}` : ''}`
    + `${rotation ? `&rotation=${rotation}` : ''}${side ? `&side=${side}` : ''}`);

// The longest side of an enlarged picture in pixels, the most that the server gives.
const fullSide = 4096;

export const tone = number => `c${(number - 1) % 6 + 1}`;
export const corners = box => `[${box.map(value => Math.round(value * 10) / 10).join(', ')}]`;

// The boxes cropped from an image, numbered by call, starting at 1.
export const numberedBoxes = (trajectory, image) => trajectory.calls
  .map((call, index) => ({ number: index + 1, ...call }))
  .filter(call => call.image === image && call.box && !call.error);

// Positions of the box labels: for each box the first corner where its label overlaps no other label.
export function badgePlaces(boxes, size) {
  const side = Math.round(Math.max(size.width, size.height) / 22);
  const places = [];
  for (const { number, box: [x1, y1, x2, y2] } of boxes) {
    const above = y1 >= side ? y1 - side : y1;
    const below = y2 + side <= size.height ? y2 : y2 - side;
    const corners = [[x1, above], [x2 - side, above], [x1, below], [x2 - side, below]]
      .map(([x, y]) => ({ number, side, x: Math.min(Math.max(0, x), size.width - side), y }));
    places.push(corners.find(corner => places.every(place =>
      Math.abs(place.x - corner.x) >= side || Math.abs(place.y - corner.y) >= side)) ?? corners[0]);
  }
  return places;
}

function outline([x1, y1, x2, y2], name) {
  const place = { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) };
  return shape('g', { class: name }, shape('rect', place), shape('rect', place));
}

// An image with all boxes in call order; ground truth is dashed.
export function photo(trajectory, image, { side = 1024 } = {}) {
  const size = trajectory.images[image];
  const boxes = numberedBoxes(trajectory, image);
  const truth = image === 0 ? trajectory.ground_truth : [];
  const overlap = call => call.overlap === undefined ? '' : `, overlap with the ground truth ${call.overlap.toFixed(2)}`;
  const all = [
    ...boxes.map(call => `box ${call.number} at ${corners(call.box)}${overlap(call)}`),
    ...truth.map(box => `ground truth at ${corners(box)}`),
  ];
  return shape('svg', {
    viewBox: `0 0 ${size.width} ${size.height}`, class: 'scene', role: 'img',
    'aria-label': `${trajectory.images.length > 1 ? `Image ${image + 1}` : 'The image'} the question is about${all.length ? `: ${all.join('; ')}.` : ', without boxes.'}`,
  },
  picture(trajectory, image, side),
  truth.map(box => outline(box, 'truth')),
  boxes.map(call => outline(call.box, `box ${tone(call.number)}`)),
  badgePlaces(boxes, size).map(({ number, side, x, y }) => shape('g', { class: `badge ${tone(number)}` },
    shape('rect', { x, y, width: side, height: side, rx: side / 6 }),
    shape('text', { x: x + side / 2, y: y + side * 0.75, 'font-size': side * 0.72, 'text-anchor': 'middle' }, String(number)))));
}

// The first image, and others where a box lies.
export const photos = (trajectory, options) => trajectory.images.flatMap((_, image) =>
  image === 0 || numberedBoxes(trajectory, image).length ? [photo(trajectory, image, options)] : []);

// The same with the first boxes of several trajectories about the same images.
export function sharedPhotos(trajectories) {
  const firsts = trajectories.flatMap(trajectory => trajectory.calls.filter(call => call.box && !call.error).slice(0, 1)
    .map(call => ({ ...call, isCorrect: trajectory.is_correct })));
  return trajectories[0].images.flatMap((size, image) => {
    const boxes = firsts.filter(call => call.image === image);
    const truth = image === 0 ? trajectories[0].ground_truth : [];
    return image > 0 && !boxes.length ? [] : [shape('svg', {
      viewBox: `0 0 ${size.width} ${size.height}`, class: 'scene shared', role: 'img',
      'aria-label': `The first boxes of ${trajectories.length} samples: `
        + `${boxes.map(call => corners(call.box)).join('; ') || 'none'}.`,
    },
    picture(trajectories[0], image, 512),
    truth.map(box => outline(box, 'truth')),
    boxes.map(call => outline(call.box, `box ${call.isCorrect ? 'right' : 'wrong'}`)))];
  });
}

function picture(trajectory, index, side) {
  const { width, height } = trajectory.images[index];
  const image = shape('image', {
    href: imageAddress(trajectory, index, { side }), width, height, preserveAspectRatio: 'none',
    'data-full': Math.max(width, height) > side ? imageAddress(trajectory, index, { side: fullSide }) : null,
  });
  image.addEventListener('error', () => image.closest('svg')?.classList.add('missing'));
  return image;
}

// The name of an image of the prompt.
export const inputName = (trajectory, shown) => trajectory.images.length > 1 && (shown.image ?? null) !== null
  ? `Image ${shown.image + 1}` : 'Input image';

export const turn = shown => shown.rotation ? `, rotated by ${shown.rotation}°` : '';

// An image as the model saw it: an input image, or the result of a tool call.
export function view(trajectory, shown, number) {
  const call = number ? trajectory.calls[number - 1] : null;
  const name = !number ? 'Input image' : call.box ? `Crop ${number}` : `Result of call ${number}`;
  const isOfExample = (shown.image ?? null) !== null;
  const image = !isOfExample ? make('p', { className: 'reply' }, 'An image created by a tool; it is not stored.') : make('img', {
    src: imageAddress(trajectory, shown.image, { region: shown.region, rotation: shown.rotation, side: 512 }), loading: 'lazy',
    // Its shape is known before it is loaded.
    width: shown.width, height: shown.height,
    'data-full': imageAddress(trajectory, shown.image, { region: shown.region, rotation: shown.rotation, side: fullSide }),
    className: shown.width < 160 && shown.region[2] - shown.region[0] < 160 ? 'coarse' : '',
    alt: `${name}: region ${corners(shown.region)} of image ${shown.image + 1}${turn(shown)}, seen as ${shown.width} by ${shown.height} pixels`,
  });
  image.addEventListener('error', () => image.replaceWith(make('p', { className: 'reply' }, 'The image is not available.')));
  return make('figure', { className: number ? `view ${tone(number)}` : 'view' }, image,
    make('figcaption', {},
      number ? make('span', { className: 'number' }, number) : `${inputName(trajectory, shown)},`,
      make('span', {}, `${shown.width} × ${shown.height} px${turn(shown)}`),
      call?.overlap !== undefined
        ? make('span', { className: 'note' }, `IoU ${call.overlap.toFixed(2)}`) : null));
}
