/*
 * page.js - the table of runs, sorted, searched and shown part by part; one group alone in all figures; values under the
 * pointer, and by arrow keys.
 */
(function () {
  'use strict';
  var PART = 200;
  var data = JSON.parse(document.getElementById('data').textContent);
  var byId = function (id) { return document.getElementById(id); };
  var list = byId('list'), head = list.tHead, body = list.tBodies[0];
  var find = byId('find'), group = byId('group'), end = byId('end'), more = byId('more');
  var FIGURES = '.figure:not(.ungrouped)'; /* lines of those are no groups */
  var GROUP = 2, END = 3, FIRST = 4;
  var columns = [{ name: 'run', of: function (r) { return r[0]; } }];
  var chosen = -1, shown = [], drawn = 0, sorted = -1, down = false;

  columns.push({ name: 'ended', of: function (r) { return data.ends[r[END]]; } });
  data.columns.forEach(function (name, i) {
    columns.push({ name: name, of: function (r) { return r[FIRST + i]; } });
  });
  columns.push({ name: 'trains it again', of: function (r) { return data.rerun[r[1]] === null ? data.train[r[0]] || '-' : data.rerun[r[1]] + r[0]; } });

  columns.forEach(function (c) {
    c.number = data.rows.some(function (r) { return typeof c.of(r) === 'number'; });
  });

  function element(name, text, className) {
    var e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    if (className) e.className = className;
    return e;
  }

  /* what is none comes last, whichever way; numbers before words, in which digits count as numbers */
  var words = new Intl.Collator('en', { numeric: true }).compare;
  function compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return a < b || a > b ? words(a, b) : 0;
  }

  function sort() {
    var of = sorted < 0 ? null : columns[sorted].of;
    if (!of) return;
    var keyed = shown.map(function (r, i) { return [of(r), i, r]; });
    keyed.sort(function (x, y) {
      if (x[0] === null || y[0] === null) return (x[0] === null) - (y[0] === null) || x[1] - y[1];
      return (down ? compare(y[0], x[0]) : compare(x[0], y[0])) || x[1] - y[1];
    });
    shown = keyed.map(function (k) { return k[2]; });
  }

  function row(r) {
    var tr = element('tr');
    columns.forEach(function (c, i) {
      var value = c.of(r), cell = element(i ? 'td' : 'th'), last = i === columns.length - 1;
      if (i === 0) cell.scope = 'row';
      if (last) cell.appendChild(element('code', value));
      else cell.textContent = value === null ? '-' : value;
      if (c.number) cell.className = 'n';
      if (c.name === 'ended') cell.className = 'end ' + value;
      tr.appendChild(cell);
    });
    return tr;
  }

  function draw() {
    var part = document.createDocumentFragment(), until = Math.min(drawn + PART, shown.length);
    for (; drawn < until; drawn++) part.appendChild(row(shown[drawn]));
    body.appendChild(part);
    more.hidden = drawn === shown.length;
    more.textContent = 'Show ' + Math.min(PART, shown.length - drawn) + ' more';
    byId('count').textContent = shown.length + ' of ' + data.rows.length + ' runs' +
      (drawn < shown.length ? ', the first ' + drawn + ' are shown' : '');
  }

  /* words that a run has anywhere, and NAME=VALUE */
  function matches(text) {
    var parts = text.toLowerCase().split(/\s+/).filter(Boolean).map(function (p) {
      var at = p.indexOf('=');
      var of = columns.find(function (c) { return at > 0 && c.name.toLowerCase() === p.slice(0, at); });
      return of ? { of: of.of, value: p.slice(at + 1) } : { value: p };
    });
    return function (r) {
      if (group.value !== '' && r[GROUP] !== Number(group.value)) return false;
      if (end.value !== '' && r[END] !== Number(end.value)) return false;
      if (!parts.length) return true;
      var all = columns.slice(0, -1).map(function (c) { return c.of(r); }).join('\n').toLowerCase();
      return parts.every(function (p) {
        return p.of ? String(p.of(r)).toLowerCase() === p.value : all.indexOf(p.value) >= 0;
      });
    };
  }

  function update() {
    shown = data.rows.filter(matches(find.value));
    sort();
    body.textContent = '';
    drawn = 0;
    draw();
  }

  var tr = element('tr');
  columns.forEach(function (c, i) {
    var th = element('th'), button = element('button', c.name);
    th.scope = 'col';
    if (c.number) th.className = 'n';
    button.type = 'button';
    button.addEventListener('click', function () {
      down = sorted === i && !down;
      if (sorted >= 0) tr.cells[sorted].removeAttribute('aria-sort');
      sorted = i;
      th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      update();
    });
    th.appendChild(button);
    tr.appendChild(th);
  });
  head.appendChild(tr);

  function choices(select, names) {
    names.forEach(function (name, i) {
      var option = element('option', name);
      option.value = i;
      select.appendChild(option);
    });
  }
  choices(group, data.groups);
  choices(end, data.ends);
  [find, group, end].forEach(function (e) { e.addEventListener('input', update); });
  find.form.addEventListener('submit', function (e) { e.preventDefault(); });
  more.addEventListener('click', function () {
    var first = drawn;
    draw();
    if (more.hidden && body.rows[first]) { /* the keyboard goes on where the button was */
      body.rows[first].tabIndex = -1;
      body.rows[first].focus();
    }
  });

  /* the ranking's other rows: whatever they hold of files was escaped when they were written */
  var all = byId('all');
  if (all) all.addEventListener('click', function () {
    var rows = document.querySelector('#ranking tbody'), first = rows.rows.length;
    rows.insertAdjacentHTML('beforeend', byId('rest').textContent);
    all.parentNode.remove();
    rows.rows[first].tabIndex = -1;
    rows.rows[first].focus();
  });

  /* one group alone: in every figure, in the ranking, in the table */
  function choose(which) {
    chosen = which === chosen ? -1 : which;
    document.querySelectorAll('.legend button').forEach(function (b) {
      b.setAttribute('aria-pressed', String(Number(b.dataset.group) === chosen));
    });
    document.querySelectorAll(FIGURES).forEach(function (f) {
      var any = false;
      f.querySelectorAll('[data-group]').forEach(function (e) {
        var is = Number(e.dataset.group) === chosen;
        e.classList.toggle('chosen', is);
        any = any || is;
      });
      f.classList.toggle('alone', chosen >= 0 && any);
    });
    document.querySelectorAll('#ranking tbody tr').forEach(function (r, i) {
      r.classList.toggle('alone', i === chosen);
    });
    group.value = chosen < 0 ? '' : String(chosen);
    update();
  }
  document.addEventListener('click', function (e) {
    var of = e.target.closest('.legend button[data-group], ' + FIGURES + ' .name[data-group]');
    if (of) choose(Number(of.dataset.group));
  });

  /* the title of what is under the pointer, at once: browsers wait a second, and phones never show it */
  var tip = byId('tip');
  function titled(e) {
    for (; e && e.closest && e.closest('.figure svg'); e = e.parentNode) {
      if (e.tagName === 'svg') return null;
      var first = e.firstElementChild;
      if (first && first.tagName === 'title') return first;
    }
    return null;
  }
  /* of curves: the nearest point of a line, and its value */
  var medians = byId('curves') && JSON.parse(byId('curves').textContent);
  var points = medians && [].concat.apply([], [].map.call(
    document.querySelectorAll('.curves svg > g[data-group] > path[stroke-linejoin]'), function (path) {
      var which = Number(path.parentNode.dataset.group), values = medians[which] || [];
      var epochs = values.map(function (v, i) { return i; }).filter(function (i) { return values[i] !== null; });
      return (path.getAttribute('d').match(/[-\d.]+ [-\d.]+/g) || []).map(function (p, i) {
        var xy = p.split(' ');
        return { x: Number(xy[0]), y: Number(xy[1]), group: which, text: data.groups[which] + '\nepoch ' + (epochs[i] + 1) +
          ': median ' + values[epochs[i]] };
      });
    }));
  function nearest(e) {
    var svg = points && e.target.closest && e.target.closest('.curves svg');
    if (!svg) return null;
    var box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
    var x = (e.clientX - box.left) * scale, y = (e.clientY - box.top) * scale, best = null, least = 400;
    points.forEach(function (p) {
      var far = (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y);
      if (far < least && (chosen < 0 || p.group === chosen)) {
        least = far;
        best = p;
      }
    });
    return best && best.text;
  }
  function put(text, x, y) {
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 4)) + 'px';
    tip.style.top = Math.max(4, y - tip.offsetHeight - 10) + 'px';
  }
  var last = null, walking = null; /* where the pointer was; the figure whose values the keyboard goes over */
  function show(e) {
    var title = titled(e.target), text = title ? title.textContent : nearest(e);
    last = { clientX: e.clientX, clientY: e.clientY };
    if (text || !walking) put(text, e.clientX, e.clientY);
  }
  ['pointermove', 'pointerdown'].forEach(function (name) { document.addEventListener(name, show); });
  document.addEventListener('scroll', function () { /* of the page or of a frame: other things come under the pointer */
    if (tip.hidden) return;
    if (walking) return walking.show();
    last.target = document.elementFromPoint(last.clientX, last.clientY) || document.body;
    show(last);
  }, { capture: true, passive: true });
  document.addEventListener('keydown', function (e) { if (e.key === 'Escape') tip.hidden = true; });

  /* the values of a figure in rows, from the top: of a line, of a row of cells, or one alone */
  function rowsOf(figure) {
    var rows = [], at = new Map();
    function add(key, mark) {
      if (!at.has(key)) at.set(key, rows[rows.push([]) - 1]);
      at.get(key).push(mark);
    }
    if (points && figure.matches('.curves')) points.forEach(function (p) { add(p.group, p); });
    else figure.querySelectorAll('svg * > title').forEach(function (t) {
      var e = t.parentNode, box = e.getBBox(), of = e.closest('[data-group]');
      add(e.matches('.cell') ? box.y : e.parentNode.tagName === 'svg' ? e : e.parentNode, { x: box.x + box.width / 2,
        y: box.y + box.height / 2, text: t.textContent, group: of && !figure.matches('.ungrouped') ? Number(of.dataset.group) : -1 });
    });
    if (figure.querySelector('.cell')) rows.sort(function (a, b) { return a[0].y - b[0].y; });
    return rows;
  }

  /* A slider in each figure that has values: arrow keys go along a row, and from row to row; what it is at is its value. */
  function walk(figure) {
    var slider = element('div', 'arrow keys: other values', 'walk'), svg = figure.querySelector('svg'), rows = null, r = 0, i = 0;
    var ring = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    function free(row) { return chosen < 0 || row[0].group < 0 || row[0].group === chosen; }
    function step(by) { /* to the next row that is not faint, at the place that is nearest */
      var to = r + by, x = rows[r][i].x;
      while (rows[to] && !free(rows[to])) to += by;
      if (!rows[to]) return;
      r = to;
      i = rows[r].reduce(function (best, m, k) { return Math.abs(m.x - x) < Math.abs(rows[r][best].x - x) ? k : best; }, 0);
    }
    this.show = function () {
      var m = rows[r][i], to = svg.getScreenCTM();
      put(m.text, to.e + to.a * m.x, to.f + to.d * m.y);
    };
    this.at = function () {
      var before = rows.slice(0, r).reduce(function (n, row) { return n + row.length; }, 0);
      ring.setAttribute('cx', rows[r][i].x);
      ring.setAttribute('cy', rows[r][i].y);
      ring.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      slider.setAttribute('aria-valuenow', before + i + 1);
      slider.setAttribute('aria-valuetext', rows[r][i].text);
      this.show();
    };
    slider.tabIndex = 0;
    slider.setAttribute('role', 'slider');
    slider.setAttribute('aria-label', figure.getAttribute('aria-label') + ': values');
    slider.setAttribute('aria-valuemin', 1);
    slider.setAttribute('aria-valuenow', 1);
    ring.setAttribute('class', 'at');
    ring.setAttribute('r', 8);
    slider.addEventListener('focus', function () {
      rows = rows || rowsOf(figure);
      if (!free(rows[r])) r = Math.max(0, rows.findIndex(free));
      i = Math.min(i, rows[r].length - 1);
      slider.setAttribute('aria-valuemax', rows.reduce(function (n, row) { return n + row.length; }, 0));
      svg.appendChild(ring);
      walking = this;
      this.at();
    }.bind(this));
    slider.addEventListener('blur', function () {
      walking = null;
      ring.remove();
      tip.hidden = true;
    });
    slider.addEventListener('keydown', function (e) {
      var n = rows[r].length, one = n === 1; /* rows of one value: both ways */
      if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
      if (e.key === 'ArrowDown' || (one && e.key === 'ArrowRight')) step(1);
      else if (e.key === 'ArrowUp' || (one && e.key === 'ArrowLeft')) step(-1);
      else if (e.key === 'ArrowRight') i = Math.min(i + 1, n - 1);
      else if (e.key === 'ArrowLeft') i = Math.max(i - 1, 0);
      else if (e.key === 'Home') i = 0;
      else if (e.key === 'End') i = n - 1;
      else return;
      e.preventDefault();
      this.at();
    }.bind(this));
    figure.removeAttribute('tabindex'); /* it is scrolled with its values */
    figure.insertBefore(slider, svg);
  }
  document.querySelectorAll('.figure').forEach(function (f) {
    if (f.querySelector('svg * > title') || (points && points.length && f.matches('.curves'))) new walk(f);
  });

  update();

  /* a page of a sweep that goes on, unless somebody is at work with it */
  var again = Number(document.querySelector('main').dataset.again);
  if (again) setInterval(function () {
    if (chosen < 0 && find.value + group.value + end.value === '') location.reload();
  }, 1000 * again);
}());
