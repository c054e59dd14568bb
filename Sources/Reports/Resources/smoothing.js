// Smooths a noisy series.
const pointCount = 400;

// Local linear regression with a Gaussian weight: it neither lags behind a slope nor bends at the ends. Results are clamped to
// the range of the values. `width` is the standard deviation of the weight as a fraction of the series' length. At most about
// `pointCount` points are returned, since a screen shows no more.
export function smoothed(steps, values, width) {
  const every = Math.ceil(values.length / pointCount);
  const kept = [];
  for (let index = (values.length - 1) % every; index < values.length; index += every) kept.push(index);
  const deviation = values.length * width;
  const points = kept.map(index => ({ step: steps[index], raw: values[index], smooth: values[index] }));
  if (deviation < 0.5) return points;
  const reach = Math.ceil(3 * deviation);
  const stride = Math.max(1, Math.floor(reach / 120));
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  kept.forEach((centre, place) => {
    let weights = 0, offsets = 0, squares = 0, sum = 0, slope = 0;
    for (let offset = -Math.floor(reach / stride) * stride; offset <= reach; offset += stride) {
      const value = values[centre + offset];
      if (value === undefined) continue;
      const weight = Math.exp(-offset * offset / (2 * deviation * deviation));
      weights += weight;
      offsets += weight * offset;
      squares += weight * offset * offset;
      sum += weight * value;
      slope += weight * offset * value;
    }
    const spread = weights * squares - offsets * offsets;
    const fitted = spread > 0 ? (squares * sum - offsets * slope) / spread : sum / weights;
    points[place].smooth = Math.min(high, Math.max(low, fitted));
  });
  return points;
}
