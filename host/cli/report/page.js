/* page.js - the table of runs, sorted, searched and shown part by part; one group alone in all figures; values on hover. */
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
        return { x: Number(xy[0]), y: Number(xy[1]), text: data.groups[which] + '\nepoch ' + (epochs[i] + 1) +
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
      if (far < least && !(chosen >= 0 && p.text.indexOf(data.groups[chosen] + '\n') !== 0)) {
        least = far;
        best = p;
      }
    });
    return best && best.text;
  }
  var last = null;
  function show(e) {
    var title = titled(e.target), text = title ? title.textContent : nearest(e);
    last = { clientX: e.clientX, clientY: e.clientY };
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = Math.max(4, Math.min(e.clientX + 12, innerWidth - tip.offsetWidth - 4)) + 'px';
    tip.style.top = Math.max(4, e.clientY - tip.offsetHeight - 10) + 'px';
  }
  ['pointermove', 'pointerdown'].forEach(function (name) { document.addEventListener(name, show); });
  document.addEventListener('scroll', function () { /* of the page or of a frame: other things come under the pointer */
    if (tip.hidden) return;
    last.target = document.elementFromPoint(last.clientX, last.clientY) || document.body;
    show(last);
  }, { capture: true, passive: true });
  document.addEventListener('keydown', function (e) { if (e.key === 'Escape') tip.hidden = true; });

  update();

  /* a page of a sweep that goes on, unless somebody is at work with it */
  var again = Number(document.querySelector('main').dataset.again);
  if (again) setInterval(function () {
    if (chosen < 0 && find.value + group.value + end.value === '') location.reload();
  }, 1000 * again);
}());
