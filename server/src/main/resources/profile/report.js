// Draws a profile. The same file serves the report that is mailed and the page of a mart's table.

const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat(2).filter((child) => child != null && child !== false));
  return node;
};

const count = (value) => (value == null ? "–" : value.toLocaleString("en-GB"));
const percent = (part) => {
  if (part == null || Number.isNaN(part)) return "–";
  const value = part * 100;
  if (value > 0 && value < 0.0005) return "<0.001 %";
  if (value > 99.9995 && value < 100) return ">99.999 %";
  const digits = value === 0 || value === 100 ? 0 : value < 0.1 || value > 99.9 ? 3 : 1;
  return `${value.toFixed(digits)} %`;
};
/** Of a personal column counts are rounded down: none may be a few. */
const rough = (profile, column, value) => (column.isPersonal && value === 0 && column.count > 0 ? `fewer than ${profile.privacy.k}` : count(value));
const counted = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
const number = (value) => {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-5)) return value.toExponential(3);
  if (Number.isInteger(value)) return value.toLocaleString("en-GB");
  return Number(value.toPrecision(size >= 1e5 ? 9 : 6)).toLocaleString("en-GB", { maximumFractionDigits: 6 });
};
/** Seconds, for people. */
const duration = (seconds) => {
  const [size, unit] = [[172_800, 86_400, "days"], [7_200, 3_600, "hours"], [120, 60, "minutes"]].filter(([least]) => seconds >= least).map(([, length, name]) => [length, name])[0] ?? [1, "s"];
  return `${number(Number((seconds / size).toPrecision(4)))} ${unit}`;
};
const shown = (value) => {
  if (value === "") return ["(empty)", true];
  if (value == null) return ["(missing)", true];
  return [value, false];
};

function facts(pairs) {
  const list = element("dl", { class: "kv" });
  for (const [name, value, title] of pairs) {
    if (value == null) continue;
    list.append(element("dt", { title }, name), element("dd", {}, value));
  }
  return list;
}

function bars(values, whole, most = 10) {
  const list = element("div", { class: "bars" });
  const largest = Math.max(1, ...values.map((each) => each.count));
  for (const each of values.slice(0, most)) {
    const [text, isEmpty] = shown(each.value);
    list.append(
      element("span", { class: isEmpty ? "v empty" : "v", title: text }, text),
      element("span", { class: "b", style: `width:${(each.count / largest) * 100}%` }),
      element("span", { class: "n" }, `${count(each.count)}${whole ? ` · ${percent(each.count / whole)}` : ""}`),
    );
  }
  return list;
}

function more(title, node) {
  return element("details", {}, element("summary", {}, title), node);
}

/** Bins of whole numbers, each with its last one. */
const whole = (bins, max) => bins.map((bin) => ({ ...bin, to: Math.max(bin.from, Math.min(max, bin.to - 1)) }));

/** Whether the bins get wider and wider. */
const byPowers = (bins) => bins.length > 4 && bins[3].from - bins[2].from > 1.5 * (bins[2].from - bins[1].from);

function histogram(bins, label = number) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "histogram");
  svg.setAttribute("viewBox", "0 0 300 120");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `Histogram of ${bins.length} bins`);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const width = 300 / bins.length;
  bins.forEach((bin, at) => {
    const height = bin.count === 0 ? 0 : Math.max(1, (bin.count / most) * 116);
    const bar = document.createElementNS(namespace, "rect");
    bar.setAttribute("x", String(at * width));
    bar.setAttribute("y", String(120 - height));
    bar.setAttribute("width", String(Math.max(0.5, width - (width > 4 ? 1 : 0))));
    bar.setAttribute("height", String(height));
    const title = document.createElementNS(namespace, "title");
    title.textContent = `${label(bin.from)}${bin.to === bin.from ? "" : ` to ${label(bin.to)}`}: ${count(bin.count)}`;
    bar.append(title);
    svg.append(bar);
  });
  const first = bins[0];
  const last = bins[bins.length - 1];
  return element("div", {}, svg, element("div", { class: "axis" }, element("span", {}, label(first.from)), byPowers(bins) && element("span", {}, "bars by powers of ten"), element("span", {}, label(last.to))));
}

function table(heads, rows, most = 50) {
  const draw = (some) =>
    element(
      "div",
      { class: "scroll" },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, heads.map(([head, isNumber]) => element("th", { class: isNumber ? "n" : null }, head)))),
        element("tbody", {}, some.map((row) => element("tr", {}, row.map((cell, at) => element("td", { class: heads[at][1] ? "n" : "v" }, cell))))),
      ),
    );
  if (rows.length <= most) return draw(rows);
  return element("div", {}, draw(rows.slice(0, most)), more(`and ${count(rows.length - most)} more`, draw(rows.slice(most))));
}

function columnArticle(profile, column, at) {
  const alerts = profile.alerts.filter((alert) => alert.column === column.name);
  const article = element(
    "article",
    { id: `column-${at}` },
    element(
      "header",
      {},
      element("h3", {}, column.name),
      element("span", { class: "tag" }, column.type),
      column.semantic && element("span", { class: "tag", title: column.semantic.evidence }, column.semantic.title),
      column.isPersonal && element("span", { class: "tag bad" }, "personal: rare values hidden"),
      alerts.filter((alert) => alert.kind !== "personal" && alert.kind !== column.type).map((alert) => element("span", { class: alert.weight >= 55 ? "tag bad" : "tag", title: `${alert.what} ${alert.advice}` }, alert.kind)),
    ),
  );
  const error = column.distinctError ? ` ± ${percent(column.distinctError)}` : "";
  const by = column.missingBy;
  const left = element(
    "div",
    {},
    facts([
      ["Values", count(column.count)],
      ["Missing", rough(profile, column, column.missing) + (column.isPersonal && column.missing === 0 ? "" : ` · ${percent(profile.rows ? column.missing / profile.rows : 0)}`)],
      ["  nothing between delimiters, or NULL", by.empty + by.blank + by.word && by.nulls ? count(by.nulls) : null],
      ["  empty text", by.empty ? count(by.empty) : null],
      ["  blanks only", by.blank ? count(by.blank) : null],
      [`  written as ${by.words.join(", ")}`, by.word ? count(by.word) : null],
      ["Not of the type", column.misfits ? count(column.misfits) : null],
      ["Different", `${rough(profile, column, column.distinct)}${error}`],
      ["Once only", `${rough(profile, column, column.unique)}${error}`],
      ["Order of rows", column.order && column.order !== "none" ? column.order : null],
      ["Stored as", column.storedAs],
    ]),
    element("div", { class: "meter", title: `${percent(column.density)} of the rows have a value` }, element("span", { style: `width:${column.density * 100}%` })),
  );
  const grid = element("div", { class: "grid" }, left);
  if (column.numbers) {
    const n = column.numbers;
    const q = (part) => number(n.quantiles.find((each) => each.at === part)?.value);
    grid.append(
      facts([
        ["Mean", number(n.mean)],
        ["Deviation", number(n.deviation), "of the sample"],
        ["Least", number(n.min)],
        ["1 % · 5 %", `${q(0.01)} · ${q(0.05)}`],
        ["Quarter", q(0.25)],
        ["Median", q(0.5)],
        ["Three quarters", q(0.75)],
        ["95 % · 99 %", `${q(0.95)} · ${q(0.99)}`],
        ["Greatest", number(n.max)],
        ["MAD · IQR", `${number(n.mad)} · ${number(n.iqr)}`],
        ["Skewness · kurtosis", `${number(n.skewness)} · ${number(n.kurtosis)}`],
        ["Zeros · negatives", `${count(n.zeros)} · ${count(n.negatives)}`],
        ["Sum", number(n.sum)],
        ["Quantiles", n.quantilesAreExact ? "exact" : "from a sketch"],
      ]),
      element(
        "div",
        {},
        histogram(column.type === "integer" ? whole(n.histogram, n.max) : n.histogram),
        element("h4", {}, "Far from the others"),
        facts([
          ["Beyond 1.5 IQR", count(n.outliers.iqr), `below ${number(n.outliers.low)} or above ${number(n.outliers.high)}`],
          ["Beyond 3 deviations", count(n.outliers.z)],
          ["Modified z above 3.5", count(n.outliers.modifiedZ)],
        ]),
        n.outliers.examples.length > 0 && more("which", table([["value", true], ["row", true]], n.outliers.examples.map((each) => [number(each.value), count(each.row)]))),
      ),
    );
  }
  if (column.time) {
    const t = column.time;
    const moment = (text) => (t.granularity === "day" ? text.replace(" 00:00:00", "") : text);
    grid.append(
      facts([
        ["First", moment(t.min)],
        ["Last", moment(t.max)],
        ["Whole in", `${t.granularity}s`],
        ["Usual step", duration(t.step)],
        ["Time zone", column.type !== "timestamp" ? null : t.zones.length === 0 ? "none is written" : `${t.zones.join(", ")}${t.zones.every((zone) => zone === "UTC" || zone === "Z") ? "" : ", told in UTC"}`],
        ["Gaps", count(t.gaps)],
        ["Longest", t.gaps ? `${duration(t.longestGap)} after ${moment(t.longestGapAfter)}` : null],
      ]),
      element(
        "div",
        {},
        histogram(t.histogram.map((each) => ({ from: each.value, to: each.value, count: each.count })), (each) => moment(String(each))),
        element("h4", {}, "Weekdays, from Monday"),
        histogram(t.weekdays.map((each, day) => ({ from: "MTWTFSS"[day], to: "MTWTFSS"[day], count: each })), String),
        t.hours.length > 0 && element("h4", {}, "Hours"),
        t.hours.length > 0 && histogram(t.hours.map((each, hour) => ({ from: hour, to: hour + 1, count: each }))),
      ),
    );
  }
  if (column.text) {
    const t = column.text;
    const side = element(
      "div",
      {},
      facts([
        ["Length", (t.minLength === undefined ? "" : `${count(t.minLength)} to ${count(t.maxLength)}, `) + `mean ${number(Number(t.meanLength.toPrecision(3)))}`],
        ["First · last", t.min == null || column.type === "code" ? null : `${t.min} · ${t.max}`],
        ["Blank at an end", t.padded ? count(t.padded) : null],
        ["In capitals · small", `${count(t.upper)} · ${count(t.lower)}`],
        ["Scripts", t.scripts.map((each) => `${each.value} ${count(each.count)}`).join(", ")],
      ]),
    );
    if (t.patterns.length > 0) {
      side.append(
        element("h4", {}, `Patterns (${count(t.patternCount)}${t.patternsAreLoose ? ", runs shortened" : ""})`),
        bars(t.patterns.map((each) => ({ value: each.pattern, count: each.count })), column.count, 6),
        more("rules", table([["pattern"], ["expression"], ["covers", true]], t.patterns.map((each) => [element("code", {}, each.pattern), element("code", {}, each.expression), percent(each.coverage)]))),
      );
    }
    grid.append(side);
  }
  const areDifferent = column.top.length > 1 && column.top[0].count === 1 && column.distinctError === 0;
  if (!column.numbers && !column.time && column.top.length > 0) {
    grid.append(
      areDifferent
        ? element("div", {}, element("h4", { style: "margin-top:0" }, "All different, such as"), element("ul", { class: "some" }, column.top.slice(0, 8).map((each) => element("li", {}, shown(each.value)[0]))))
        : element("div", {}, element("h4", { style: "margin-top:0" }, "Most frequent"), bars(column.top, column.count)),
    );
  }
  article.append(grid);
  if (column.text && column.text.typos.length > 0) {
    article.append(more(`${count(column.text.typos.length)} likely slips`, table([["written"], ["times", true], ["likely"], ["times", true]], column.text.typos.map((each) => [each.value, count(each.count), each.likely, count(each.likelyCount)]))));
  }
  if (column.misfitExamples.length > 0) {
    article.append(more("values that are not of the type", table([["value"], ["first row", true]], column.misfitExamples.map((each) => [each.value, count(each.row)]))));
  }
  if (!areDifferent && column.top.length > (column.numbers || column.time ? 0 : 10)) {
    article.append(more(`the ${column.top.length} most frequent values`, bars(column.top, column.count, 100)));
  }
  return article;
}

function associations(profile) {
  const usual = new Map();
  const phiK = new Map();
  for (const each of profile.associations) {
    for (const key of [`${each.first}\n${each.second}`, `${each.second}\n${each.first}`]) {
      if (each.measure === "phiK") phiK.set(key, each);
      else if (!usual.has(key) || each.measure === "spearman") usual.set(key, each);
    }
  }
  const names = profile.columns.map((column) => column.name).filter((name) => profile.associations.some((each) => each.first === name || each.second === name)).slice(0, 40);
  if (names.length === 0) return element("p", { class: "note" }, "No two columns go together.");
  const answer = element("p", { class: "answer", "aria-live": "polite" }, "Choose a cell, or two columns below.");
  const tell = (one, other) => {
    const told = profile.associations.filter((each) => (each.first === one && each.second === other) || (each.first === other && each.second === one));
    const exact = profile.functionalDependencies.minimal.filter((each) => each.lhs.length === 1 && ((each.lhs[0] === one && each.rhs === other) || (each.lhs[0] === other && each.rhs === one)));
    const nearly = profile.functionalDependencies.approximate.filter((each) => each.lhs.length === 1 && ((each.lhs[0] === one && each.rhs === other) || (each.lhs[0] === other && each.rhs === one)));
    const pairs = profile.pairs;
    const chance = (determinant, dependent) => {
      const from = pairs.columns.indexOf(determinant);
      const to = pairs.columns.indexOf(dependent);
      if (from < 0 || to < 0 || from === to || exact.some((each) => each.lhs[0] === determinant) || nearly.some((each) => each.lhs[0] === determinant)) return null;
      const error = pairs.errors[from][to];
      if (error == null) return `${determinant} has too many values to say anything of ${dependent}.`;
      return `Who knows ${determinant} knows ${dependent} in ${percent(1 - error)} of the rows (guessing: ${percent(1 - pairs.guesses[to])}).`;
    };
    answer.textContent = [
      ...exact.map((each) => `${each.rhs} follows from ${each.lhs[0]}.`),
      ...nearly.map((each) => `${each.rhs} follows from ${each.lhs[0]} but in ${percent(each.error)} of the rows.`),
      chance(one, other),
      chance(other, one),
      told.length > 0 ? `${one} and ${other}: ${told.map((each) => `${each.measure} ${number(Number(each.value.toPrecision(3)))}`).join(", ")}.` : `${one} and ${other} do not go together (every measure below 0.1).`,
    ].filter(Boolean).join(" ");
  };
  const matrix = element("div", { class: "matrix", style: `grid-template-columns:auto repeat(${names.length}, 28px)` });
  const draw = (best) => {
    matrix.replaceChildren(element("span"));
    names.forEach((name) => matrix.append(element("span", { class: "up", title: name }, name)));
    for (const one of names) row(best, one);
  };
  const row = (best, one) => {
    matrix.append(element("span", { class: "name", title: one }, one));
    for (const other of names) {
      const found = best.get(`${one}\n${other}`);
      const value = one === other ? 1 : found ? found.value : 0;
      const label = one === other ? one : found ? `${one}, ${other}: ${found.measure} ${value.toFixed(2)}` : `${one}, ${other}: below 0.1`;
      const cell = element("button", { class: "cell", title: label, "aria-label": label, style: `background:rgba(var(${value < 0 ? "--cold" : "--hot"}), ${Math.max(0.05, Math.abs(value))})` });
      cell.addEventListener("click", () => tell(one, other));
      matrix.append(cell);
    }
  };
  draw(usual);
  const measure = element("select", { "aria-label": "measure" }, element("option", { value: "usual" }, "Spearman, Cramér's V, η"), element("option", { value: "phiK" }, "φk, of all kinds"));
  measure.addEventListener("change", () => draw(measure.value === "phiK" ? phiK : usual));
  const choose = () => element("select", { "aria-label": "column" }, profile.columns.map((column) => element("option", {}, column.name)));
  const first = choose();
  const second = choose();
  if (profile.columns.length > 1) second.selectedIndex = 1;
  const ask = element("button", {}, "Is there a dependency?");
  ask.addEventListener("click", () => tell(first.value, second.value));
  return element(
    "div",
    {},
    element("div", { class: "tools" }, measure),
    element("div", { class: "scroll" }, matrix),
    element("div", { class: "tools", style: "margin-top:16px" }, first, second, ask),
    answer,
    element("p", { class: "note" }, `From ${counted(profile.sample, "row")}${profile.sample < profile.rows ? ", each so many apart" : ""}; warm is together, cold against each other.`),
  );
}

/** Where values are missing: bands of rows downwards, and which columns lack them together. */
function missingness(profile) {
  const { columns, bands, tree } = profile.missingness;
  if (columns.length === 0) return null;
  const order = [];
  const groups = columns.map((_, at) => [at]);
  for (const merge of tree) groups.push([...groups[merge.left], ...groups[merge.right]]);
  order.push(...groups[groups.length - 1]);
  const namespace = "http://www.w3.org/2000/svg";
  const shape = (name, attributes, title) => {
    const node = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (title) {
      const text = document.createElementNS(namespace, "title");
      text.textContent = title;
      node.append(text);
    }
    return node;
  };
  const wide = 28;
  const top = 60;
  const name = 90;
  const svg = shape("svg", { class: "missingness", width: columns.length * wide, height: top + name + bands.length * 4, role: "img", "aria-label": "Where values are missing" });
  const most = Math.max(1e-9, ...tree.map((merge) => merge.distance));
  const places = columns.map((_, at) => ({ x: (order.indexOf(at) + 0.5) * wide, y: top }));
  for (const merge of tree) {
    const left = places[merge.left];
    const right = places[merge.right];
    const y = top - 4 - (merge.distance / most) * (top - 8);
    svg.append(shape("path", { class: "branch", d: `M${left.x} ${left.y}V${y}H${right.x}V${right.y}` }, `apart in ${percent(merge.distance)} of the rows`));
    places.push({ x: (left.x + right.x) / 2, y });
  }
  order.forEach((column, at) => {
    const label = shape("text", { x: 0, y: 0, transform: `translate(${(at + 0.5) * wide + 4} ${top + name - 4}) rotate(-90)` });
    label.textContent = columns[column].length > 14 ? `${columns[column].slice(0, 13)}…` : columns[column];
    svg.append(label);
    bands.forEach((band, row) => {
      const part = band.missing[column];
      svg.append(shape("rect", { x: at * wide + 1, y: top + name + row * 4, width: wide - 2, height: 4, "fill-opacity": Math.max(0.06, part) }, `${columns[column]}, rows ${count(band.from)} to ${count(band.to)}: ${percent(part)} missing`));
    });
  });
  return element("div", {}, element("h4", {}, "Where values are missing"), element("div", { class: "scroll" }, svg), element("p", { class: "note" }, "Downwards the rows in their order, coloured where values are missing. Above, columns that lack values in the same rows are joined low."));
}

function season(profile) {
  return profile.seasonal.filter((each) => each.count > 0).map((each) => element(
    "div",
    {},
    element("h4", {}, `${each.column}: ${count(each.count)} of ${count(each.judged)} values are far from those of the same ${each.by}${each.entity ? ` and ${each.entity}` : ""}`),
    table([["row", true], [each.time], ["value", true], ["usual", true], ["z", true]], each.examples.map((far) => [count(far.row), far.time, number(far.value), number(far.usual), far.z.toFixed(1)]), 5),
  ));
}

function nearDuplicates(profile) {
  const near = profile.nearDuplicates;
  if (near.pairs === 0) return null;
  return element(
    "div",
    {},
    element("h4", {}, `Rows that differ in the spelling alone (${counted(near.pairs, "pair")})`),
    near.examples.length > 0 && table([["rows"], ["differ in"], ["the one"], ["the other"]], near.examples.map((each) => [`${count(each.first)}, ${count(each.second)}`, each.columns.join(", "), each.values.join(", "), each.others.join(", ")]), 10),
  );
}

function dependencies(profile) {
  const found = profile.functionalDependencies;
  const set = (names) => (names.length === 0 ? "(always the same)" : names.join(", "));
  const wasSearched = found.rows > 0;
  const keys = new Set(profile.keys.map((key) => [...key].sort().join("\n")));
  const isOfKey = (each) => keys.has([...each.lhs].sort().join("\n"));
  const telling = found.minimal.filter((each) => !isOfKey(each));
  const which = (some) => table([["where rows agree on"], ["they agree on"]], some.map((each) => [set(each.lhs), each.rhs]).sort((one, other) => one[0].length - other[0].length), 15);
  return element(
    "div",
    {},
    element("p", { class: "note" }, !wasSearched ? (profile.rows === 0 ? "There is no row to find any in." : "They were not looked for.") : `${found.count === 1 ? "1 minimal dependency" : `${count(found.count)} minimal dependencies`} in ${counted(found.rows, "row")}; ${found.complete ? "these are all." : "there may be more, or fewer in all rows: the search was cut short."}`),
    profile.declaredKeys.map((key) =>
      element(
        "p",
        {},
        key.isKept ? `${set(key.columns)} is a key, as it was said to be.` : `${set(key.columns)} was said to be a key and is none: rows that agree with another one: ${count(key.surplus)}; that lack a value of it: ${count(key.missing)}.${key.examples.length > 0 ? ` Such as rows ${key.examples.slice(0, 5).map((rows) => rows.join(" and ")).join("; ")}.` : ""}`,
      )),
    wasSearched && [
      element("h4", {}, `Keys (${profile.keys.length})`),
      profile.keys.length === 0 ? element("p", { class: "note" }, "No set of columns is a key.") : table([["columns"]], profile.keys.map((key) => [key.length === 0 ? "(none is needed for one row)" : set(key)]), 10),
      element("h4", {}, `What determines what (${found.count})`),
      telling.length > 0 && which(telling),
      found.minimal.length === 0 ? element("p", { class: "note" }, "None.") : telling.length < found.minimal.length && more(`${telling.length > 0 ? "and " : ""}${count(found.minimal.length - telling.length)} by keys, which determine all`, which(found.minimal.filter(isOfKey))),
      element("h4", {}, `Nearly (${found.approximate.length})`),
      found.approximate.length === 0
        ? element("p", { class: "note" }, "None.")
        : table([["where rows agree on"], ["they agree on"], ["but in", true], ["rows", true], ["such as rows"]], found.approximate.map((each) => [set(each.lhs), each.rhs, percent(each.error), count(each.violations), each.examples.slice(0, 8).join(", ")]), 15),
    ],
  );
}

/** Draws a profile into a node. */
export function draw(profile, into) {
  const cells = profile.rows * profile.columns.length;
  const missing = profile.columns.reduce((sum, column) => sum + column.missing, 0);
  const index = new Map(profile.columns.map((column, at) => [column.name, at]));
  const section = (id, title, ...children) => element("section", { id }, element("h2", {}, title), children);

  const list = element("div");
  const search = element("input", { type: "search", placeholder: "Find a column or type", "aria-label": "Find a column" });
  const fill = () => {
    const words = search.value.toLowerCase();
    const chosen = profile.columns.filter((column) => `${column.name} ${column.type} ${column.semantic ? column.semantic.title : ""}`.toLowerCase().includes(words));
    list.replaceChildren(...chosen.map((column) => {
      const at = index.get(column.name);
      const holder = element("article", { id: `column-${at}` }, element("h3", {}, column.name));
      watch.observe(holder);
      return holder;
    }));
    if (chosen.length === 0) list.append(element("p", { class: "note" }, "No column is like that."));
  };
  const watch = new IntersectionObserver((seen) => {
    for (const each of seen) {
      if (each.isIntersecting) {
        watch.unobserve(each.target);
        const at = Number(each.target.id.slice("column-".length));
        each.target.replaceWith(columnArticle(profile, profile.columns[at], at));
      }
    }
  }, { rootMargin: "800px" });
  search.addEventListener("input", fill);
  window.addEventListener("beforeprint", () => {
    list.querySelectorAll("article").forEach((holder) => {
      const at = Number(holder.id.slice("column-".length));
      if (holder.childElementCount === 1) holder.replaceWith(columnArticle(profile, profile.columns[at], at));
    });
  });

  const alertList = element("ul", { class: "alerts" }, profile.alerts.map((alert) =>
    element(
      "li",
      { "data-level": alert.weight >= 55 ? "high" : alert.weight >= 30 ? "middle" : "low" },
      element("i"),
      element("b", {}, alert.kind),
      alert.column == null ? element("span", {}, "the whole") : element("a", { href: `#column-${index.get(alert.column)}` }, alert.column),
      element("span", {}, alert.what),
      element("span", { class: "advice" }, alert.advice),
    )));
  const manyAlerts = profile.alerts.length > 12;
  if (manyAlerts) {
    const rest = element("ul", { class: "alerts" });
    while (alertList.children.length > 12) rest.append(alertList.children[12]);
    alertList.after(rest);
    alertList.rest = rest;
  }

  into.replaceChildren(
    element(
      "header",
      { class: "top" },
      element("h1", {}, profile.name),
      element("nav", { "aria-label": "Sections" }, [["alerts", "Alerts"], ["columns", "Columns"], ["associations", "Together"], ["dependencies", "Dependencies"], ["rules", "Rules"], ["source", "Source"]].map(([id, title]) => element("a", { href: `#${id}` }, title))),
    ),
    element(
      "main",
      {},
      element(
        "dl",
        { class: "big" },
        [
          ["rows", count(profile.rows)],
          ["columns", count(profile.columns.length)],
          ["of the values missing", percent(cells ? missing / cells : 0)],
          ["rows there twice", count(profile.duplicates.rows)],
          ["rows unreadable", count(profile.source.unreadable)],
          ["alerts", count(profile.alerts.length)],
        ].map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
      ),
      section("alerts", "Alerts", profile.alerts.length === 0 ? element("p", { class: "note" }, "Nothing that somebody should look at.") : alertList, alertList.rest && more(`and ${alertList.rest.children.length} lighter ones`, alertList.rest)),
      section("columns", "Columns", element("div", { class: "tools" }, search), list),
      section(
        "associations",
        "What goes together",
        profile.columns.length > 60 && element("p", { class: "note" }, "Of so many columns, the first 60 that are numbers, times or categories are held against each other; so are the first 60 that lack values."),
        associations(profile),
        profile.missingTogether.length > 0 && element("h4", {}, "Missing in the same rows"),
        profile.missingTogether.length > 0 && table([["column"], ["and"], ["phi", true], [profile.sample < profile.rows ? `of ${count(profile.sample)} rows, both` : "rows of both", true]], profile.missingTogether.map((each) => [each.first, each.second, each.phi.toFixed(2), count(each.both)]), 15),
        missingness(profile),
        season(profile),
        nearDuplicates(profile),
        profile.outliers.length > 0 && element("h4", {}, "Rows that are alone in the combination of their numbers"),
        profile.outliers.length > 0 && table([["row", true], ["score", true], ["values"]], profile.outliers.map((each) => [count(each.row), each.score.toFixed(2), Object.entries(each.values).map(([name, value]) => `${name} = ${value}`).join(", ")]), 10),
      ),
      section("dependencies", "Keys and dependencies", dependencies(profile)),
      section(
        "rules",
        "Rules that hold",
        element("p", { class: "note" }, "Certain: that a further row keeps the rule, at least, with 95 % certainty, if further rows are like these."),
        profile.rules.length === 0 ? element("p", { class: "note" }, "None.") : table([["rule"], ["column"], ["check"], ["certain", true], ["broken by", true], [""]], profile.rules.map((each) => [each.kind, each.column ?? "", element("code", {}, each.check.length > 160 ? `${each.check.slice(0, 160)}…` : each.check), percent(each.confidence), count(each.violations), each.caution ?? ""]), 30),
      ),
      section(
        "source",
        "Source",
        facts([["Read as", profile.source.format], ...profile.source.options.map((option) => [option.name, `${option.value}${option.isDetected ? " (detected)" : ""}`])]),
        profile.source.unreadableExamples.length > 0 && element("h4", {}, "Rows that could not be read"),
        profile.source.unreadableExamples.length > 0 && table([["line", true], ["column", true], ["what is wrong"], ["text"]], profile.source.unreadableExamples.map((each) => [count(each.line), count(each.column), each.wrong, element("code", {}, each.text)])),
        profile.privacy.columns.length > 0 && element("p", { class: "note" }, `Of ${profile.privacy.columns.join(", ")} nothing is shown that fewer than ${profile.privacy.k} rows have, no row and no extreme; counts are rounded down to multiples of ${profile.privacy.k}.`),
      ),
    ),
  );
  fill();
}
