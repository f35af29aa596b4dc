// A bar chart as SVG. A table on the page has the same numbers, for screen readers.

const LABEL = 64;
const VALUE = 64;
const BAR = 18;
const GAP = 6;
const HEADING = 30;

/**
 * Draws a bar chart.
 *
 * @param {{title: string, bars: {label: string, value: number, from: number, to: number}[]}[]} groups each has its own scale
 * @param {string} name accessible name of the chart
 * @param {(value: number) => string} text formats a value
 * @param {number} width in pixels
 */
export function barChart(groups, name, text, width) {
  const chart = svg('svg', { role: 'img', 'aria-label': name });
  let y = 0;
  for (const { title, bars } of groups.filter((group) => group.bars.length > 0)) {
    chart.append(svg('text', { x: 0, y: y + 19, class: 'title' }, title));
    y += HEADING;
    const most = Math.max(...bars.map(({ to }) => to));
    const at = (/** @type {number} */ value) => ((width - LABEL - VALUE) * value) / most;
    bars.forEach(({ label, value, from, to }) => {
      const middle = y + BAR / 2;
      chart.append(
        svg('text', { x: 0, y: middle, class: 'label' }, label),
        svg('rect', { x: LABEL, y, width: at(value), height: BAR, rx: 4 }),
        svg('path', { d: `M${LABEL + at(from)} ${middle}H${LABEL + at(to)}`, class: 'range' }),
        svg('text', { x: LABEL + at(to) + 8, y: middle, class: 'value' }, text(value)),
      );
      y += BAR + GAP;
    });
    y += GAP;
  }
  chart.setAttribute('viewBox', `0 0 ${width} ${Math.max(y, 1)}`);
  return chart;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function svg(tag, attributes, text = '') {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, String(value)));
  made.textContent = text;
  return made;
}
