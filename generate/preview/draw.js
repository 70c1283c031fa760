/* Runs in the browser of `npm run preview`: draws the view of one dashboard; uPlot makes the lines. */
/* global uPlot, document, window */
const COLUMN = 1568 / 24;
const ROW = 38;
const GAP = 8;

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

function head({ title, description, note, range, variables }) {
  const header = element("header");
  header.append(element("h1", "", title), element("span", "range", range), element("div", "about", description));
  for (const { label, value } of variables) {
    const box = element("span", "variable");
    box.append(element("b", "", label), value);
    header.append(box);
  }
  header.append(element("div", "note", note));
  return header;
}

function place(node, { x, y, w, h }) {
  const pixels = { left: x * COLUMN, top: y * ROW, width: w * COLUMN - GAP, height: h * ROW - GAP };
  for (const [name, value] of Object.entries(pixels)) node.style[name] = `${value}px`;
}

function panel({ title, description, at, links, view }) {
  if (view.kind === "row") {
    const row = element("div", "row", `⌄ ${title}`);
    place(row, at);
    return { node: row, draw: () => undefined };
  }
  const node = element("section", "panel");
  node.title = [description, ...links].join("\n");
  const heading = element("h2", "", title);
  heading.append(element("i", "info", "i"), links.length > 0 ? element("i", "", "🔗") : "");
  const body = element("div", "body");
  node.append(heading, body);
  place(node, at);
  return { node, draw: () => drawers[view.kind](body, view) };
}

function stat(body, { cells, filled }) {
  const box = element("div", cells.length > 4 ? "stats many" : "stats");
  const height = body.clientHeight / Math.ceil(cells.length / 4);
  for (const { name, text, color } of cells) {
    const one = element("div", "stat");
    const value = element("b", "", text);
    const width = body.clientWidth / Math.min(4, cells.length);
    value.style.fontSize = `${Math.max(13, Math.min(height * 0.5, (1.5 * width) / Math.max(4, text.length), 48))}px`;
    if (filled && color) Object.assign(one.style, { background: color, color: "#111" });
    else if (color) value.style.color = color;
    if (name) one.append(element("span", "", name));
    one.append(value);
    box.append(one);
  }
  body.append(box);
}

function table(body, { columns, rows }) {
  const box = element("div", "tablebox");
  const made = element("table");
  const top = element("tr");
  for (const { title, width, number } of columns) {
    const cell = element("th", number ? "n" : "", title);
    if (width) cell.style.width = `${width}px`;
    top.append(cell);
  }
  made.append(top);
  for (const row of rows) {
    const line = element("tr");
    row.forEach(({ text, color, linked }, at) => {
      const cell = element("td", [columns[at].number ? "n" : "", linked ? "l" : ""].join(" "), text);
      if (color) cell.style.color = color;
      line.append(cell);
    });
    made.append(line);
  }
  box.append(made);
  body.append(box);
  const hidden =
    rows.length -
    [...made.rows].slice(1).filter((row) => row.offsetTop + row.offsetHeight <= box.clientHeight + 2).length;
  if (hidden > 0) body.parentElement.querySelector("h2").append(element("i", "", `${hidden} more rows by scrolling`));
}

function bars(body, { bars: drawn }) {
  const box = element("div", "bars");
  for (const { name, text, color, share } of drawn) {
    const bar = element("div", "one");
    const fill = element("div", "fill");
    Object.assign(fill.style, { width: `${100 * share}%`, background: `${color}cc` });
    const value = element("b", "", text);
    value.style.color = color;
    bar.append(fill);
    box.append(element("span", "", name), bar, value);
  }
  body.append(box);
}

function timeText(seconds, span) {
  const iso = new Date(seconds * 1000).toISOString();
  if (span > 2 * 86400) return iso.slice(5, 10);
  return span > 1200 ? iso.slice(11, 16) : iso.slice(11, 19);
}

function ticksOf(from, to) {
  const steps = [15, 30, 60, 120, 300, 600, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 432000];
  const step = steps.find((one) => (to - from) / one <= 7) ?? 864000;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) found.push(at);
  return found;
}

function timeline(body, { from, to, rows }) {
  const box = element("div", "states");
  const share = (at) => `${(100 * (at - from)) / (to - from)}%`;
  for (const { name, parts } of rows) {
    const bar = element("div", "bar");
    for (const part of parts) {
      const one = element("div", "", part.text);
      Object.assign(one.style, {
        left: share(part.from),
        width: `${(100 * (part.to - part.from)) / (to - from)}%`,
        background: part.color ?? "#5794f2",
      });
      bar.append(one);
      if (one.clientWidth < 0) one.textContent = "";
    }
    box.append(element("span", "", name), bar);
  }
  const times = element("div", "times");
  for (const at of ticksOf(from, to)) {
    const mark = element("span", "", timeText(at, to - from));
    mark.style.left = share(at);
    times.append(mark);
  }
  box.append(times);
  box.style.gridTemplateRows = `repeat(${rows.length}, 1fr) 16px`;
  body.append(box);
  for (const one of box.querySelectorAll(".bar div"))
    if (one.scrollWidth > one.clientWidth + 1)
      one.textContent = one.clientWidth > 18 ? one.textContent.slice(0, 2) : "";
}

function legend(body, lines) {
  const box = element("div", "legend");
  const made = element("table");
  const top = element("tr");
  top.append(element("th", "", "Name"), element("th", "n", "Last *"), element("th", "n", "Max"));
  made.append(top);
  for (const { name, color, last, max } of lines.filter(({ inLegend }) => inLegend)) {
    const row = element("tr");
    const title = element("td", "name");
    const sign = element("i");
    sign.style.background = color;
    title.append(sign, name);
    row.append(title, element("td", "n", last), element("td", "n", max));
    made.append(row);
  }
  box.append(made);
  body.append(box);
}

const GRID = { stroke: "#ffffff12", width: 1 };
const AXIS = { stroke: "#9a9aa5", font: "11px sans-serif", grid: GRID, ticks: { show: false } };

function axes({ ticks }, labelWidth) {
  const words = new Map(ticks.map(([at, text]) => [at, text]));
  return [
    {
      ...AXIS,
      splits: (u, _, min, max) => ticksOf(min, max),
      values: (u, at) => at.map((one) => timeText(one, u.scales.x.max - u.scales.x.min)),
      size: 22,
    },
    {
      ...AXIS,
      splits: () => ticks.map(([at]) => at),
      values: (_, at) => at.map((one) => words.get(one) ?? ""),
      size: labelWidth,
    },
  ];
}

function marksPlugin(marks) {
  const draw = (u) => {
    u.ctx.save();
    u.ctx.strokeStyle = "#5794f2aa";
    u.ctx.setLineDash([3, 3]);
    for (const at of marks) {
      const x = Math.round(u.valToPos(at, "x", true));
      u.ctx.beginPath();
      u.ctx.moveTo(x, u.bbox.top);
      u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
      u.ctx.stroke();
    }
    u.ctx.restore();
  };
  return { hooks: { draw: [draw] } };
}

function frame(body, axis) {
  const chart = element("div", "chart");
  body.prepend(chart);
  const longest = Math.max(...axis.ticks.map(([, text]) => text.length), 3);
  return { chart, size: { width: body.clientWidth - 16, height: chart.clientHeight }, labelWidth: 14 + 6.2 * longest };
}

function lines(body, { times, lines: drawn, axis, marks }) {
  legend(body, drawn);
  const { chart, size, labelWidth } = frame(body, axis);
  const series = drawn.map(({ name, color, dashed, width, filled, steps, pointSize }) => ({
    label: name,
    stroke: color,
    width,
    points: { show: pointSize > 0, size: pointSize, fill: color },
    ...(dashed ? { dash: [8, 6] } : {}),
    ...(filled ? { fill: `${color}33` } : {}),
    ...(steps ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
  }));
  new uPlot(
    {
      ...size,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [times[0], times.at(-1)] }, y: { range: [axis.min, axis.max] } },
      axes: axes(axis, labelWidth),
      series: [{}, ...series],
      plugins: [marksPlugin(marks)],
    },
    [times, ...drawn.map(({ values }) => values)],
    chart,
  );
}

function heatmap(body, { times, axis, cells, stepSeconds }) {
  const { chart, size, labelWidth } = frame(body, axis);
  const draw = (u) => {
    for (const { time, from, to, share } of cells) {
      if (share === 0) continue;
      const left = u.valToPos(time - stepSeconds, "x", true);
      const top = u.valToPos(to, "y", true);
      u.ctx.fillStyle = `rgba(${[70, 130, 230].map((one) => Math.round(one * (0.35 + 0.65 * Math.sqrt(share)))).join(",")},${0.25 + 0.75 * Math.sqrt(share)})`;
      u.ctx.fillRect(
        left,
        top,
        u.valToPos(time, "x", true) - left - 1,
        Math.max(1, u.valToPos(from, "y", true) - top - 1),
      );
    }
  };
  new uPlot(
    {
      ...size,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [times[0], times.at(-1)] }, y: { range: [axis.min, axis.max] } },
      axes: axes(axis, labelWidth),
      series: [{}, { show: true, stroke: "transparent", points: { show: false } }],
      plugins: [{ hooks: { draw: [draw] } }],
    },
    [times, times.map(() => null)],
    chart,
  );
}

const drawers = {
  empty: (body, { text }) => body.append(element("div", "empty", text)),
  ...{ bars, stat, table, timeline, lines, heatmap },
};

window.drawDashboard = (dashboard) => {
  const grid = element("div");
  grid.id = "grid";
  document.body.append(head(dashboard), grid);
  const panels = dashboard.panels.map(panel);
  grid.append(...panels.map(({ node }) => node));
  grid.style.height = `${Math.max(...dashboard.panels.map(({ at: { y, h } }) => (y + h) * ROW))}px`;
  for (const { draw } of panels) draw();
};
