/// Shows the values of a chart under the pointer, or step by step with the arrow keys. The page reads well
/// without it.
enum HoverScript {
    static let html = HTML.literal(
        """
        'use strict';
        for (const svg of document.querySelectorAll('svg[data-chart]')) {
          const series = JSON.parse(svg.dataset.chart);
          const cursor = svg.querySelector('.cursor');
          const tip = document.createElement('div');
          tip.className = 'tip';
          tip.hidden = true;
          svg.after(tip);
          const steps = [...new Set(series.flatMap(s => s.points.map(p => p[0])))].sort((a, b) => a - b);
          let current = -1;
          const nearest = (points, step) =>
            points.reduce((a, b) => Math.abs(b[0] - step) < Math.abs(a[0] - step) ? b : a);
          const make = (name, attributes) => {
            const element = document.createElementNS('http://www.w3.org/2000/svg', name);
            for (const key in attributes) element.setAttribute(key, attributes[key]);
            return element;
          };
          const add = (parent, name, className, text) => {
            const element = parent.appendChild(document.createElement(name));
            element.className = className;
            element.textContent = text;
            return element;
          };
          const show = index => {
            current = Math.max(0, Math.min(steps.length - 1, index));
            const step = steps[current];
            cursor.replaceChildren();
            tip.replaceChildren();
            add(tip, 'b', '', 'Step ' + step.toLocaleString('en'));
            let x = 0;
            series.forEach((s, i) => {
              const point = nearest(s.points, step);
              if (i === 0) {
                x = point[1];
                cursor.append(make('line', { x1: x, x2: x, y1: 14, y2: 190 }));
              }
              cursor.append(make('circle', { cx: point[1], cy: point[2], r: 4, class: 's' + s.tone }));
              const line = add(tip, 'div', 's' + s.tone, '');
              add(line, 'span', 'name', s.name);
              add(line, 'b', '', point[3]);
              if (point[4] !== point[3]) add(line, 'span', 'note', point[4]);
            });
            tip.hidden = false;
            const share = x / 400;
            tip.style.left = share < 0.55 ? `calc(${share * 100}% + 12px)` : '';
            tip.style.right = share < 0.55 ? '' : `calc(${(1 - share) * 100}% + 12px)`;
          };
          const hide = () => { tip.hidden = true; cursor.replaceChildren(); };
          svg.addEventListener('pointermove', event => {
            const box = svg.getBoundingClientRect();
            const x = (event.clientX - box.left) / box.width * 400;
            const points = series[0].points;
            const point = points.reduce((a, b) => Math.abs(b[1] - x) < Math.abs(a[1] - x) ? b : a);
            show(steps.indexOf(point[0]));
          });
          svg.addEventListener('pointerleave', hide);
          svg.addEventListener('blur', hide);
          svg.addEventListener('keydown', event => {
            const move = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
            if (move === undefined) return;
            event.preventDefault();
            show(current < 0 && move < 0 ? steps.length - 1 : current + move);
          });
        }

        """)
}
