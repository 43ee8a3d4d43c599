// Looks at a site in Chromium as its readers do, and prints what they would trip
// over: a line of JSON {page, where, fault} for each fault, and {looked: n} at the
// end. Usage: node look.mjs JOB.json; the job says what to look at (browser_test.go).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const job = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
let looked = 0;
const fault = (page, where, what) => console.log(JSON.stringify({ page, where, fault: what }));

// probe runs in the page and gives what is cut, crowded or missing.
const probe = () => {
  const out = [], root = document.documentElement, wide = root.clientWidth;
  if (root.scrollWidth > wide) out.push(`scrolls sideways: ${root.scrollWidth} px in ${wide}`);
  const said = (t) => t.textContent.trim().replace(/\s+/g, ' ').slice(0, 60);
  // Letters reach from 0.74 of the size above the baseline to 0.2 below it; a text's
  // box is that of the font, from 0.93 to 0.24. A pixel is forgiven.
  const inked = (r) => { const em = r.height / 1.172; return { left: r.left + 1, right: r.right - 1, top: r.top + .19 * em + 1, bottom: r.bottom - .04 * em - 1 }; };
  const clashes = (boxes, name) => {
    boxes.sort((a, b) => a.top - b.top);
    boxes.forEach((a, i) => {
      for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom; j++) {
        const b = boxes[j];
        if (a.left < b.right && b.left < a.right) out.push(`${name}: “${a.says}” and “${b.says}” overlap`);
      }
    });
  };
  for (const svg of document.querySelectorAll('svg.chart')) {
    const box = svg.getBoundingClientRect();
    if (!box.width) continue;
    for (const e of svg.querySelectorAll('path, rect, circle')) { // the blank paper around may leave the page
      const r = e.getBoundingClientRect();
      if (!e.matches('.f-paper, .hit, defs *') && r.width && (r.left < -1 || r.right > wide + 1)) { out.push(`a chart is cut: ${r.left} to ${r.right} px, in ${wide}`); break; }
    }
    const boxes = [];
    for (const t of svg.querySelectorAll('text')) {
      const r = t.getBoundingClientRect();
      if (!r.width || t.getAttribute('aria-hidden')) continue;
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) out.push(`leaves its chart: “${said(t)}”`);
      if (r.left < -1 || r.right > wide + 1) out.push(`leaves the page: “${said(t)}”`);
      boxes.push({ ...inked(r), says: said(t) });
    }
    if (!boxes.length) out.push('a chart says nothing');
    clashes(boxes, 'in a chart');
  }
  const boxes = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest('svg, script, textarea, .hidden, .skip')) continue;
    if (!e.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(n);
    const scrolled = e.closest('.scroll');
    for (const r of range.getClientRects()) {
      if (r.width < 1) continue;
      if (!scrolled && (r.left < -1 || r.right > wide + 1)) out.push(`cut: “${said(n)}”`);
      boxes.push({ ...inked(r), says: said(n) });
    }
  }
  clashes(boxes, 'on the page');
  for (const e of document.querySelectorAll('body *')) {
    const s = getComputedStyle(e);
    if (e.closest('.hidden, svg, textarea, .skip, input') || !e.checkVisibility()) continue;
    if (s.overflowX !== 'visible' && s.overflowX !== 'auto' && s.overflowX !== 'scroll' && e.scrollWidth > e.clientWidth + 1) out.push(`hides a part of “${said(e)}”`);
    if (e.classList.contains('scroll') && e.getBoundingClientRect().right > wide + 1) out.push(`a table is wider than the page: ${said(e)}`);
  }
  for (const v of window.violations || []) out.push(`forbidden by the policy: ${v}`);
  return [...new Set(out)];
};

const browser = await chromium.launch({
  executablePath: job.chromium,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// tab opens a tab that complains of all that goes wrong in it.
const tab = async (options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.name = '';
  page.says = (what, where = '') => fault(page.name, where, what);
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') page.says(`the console says: ${m.text()}`); });
  page.on('pageerror', (e) => page.says(`a script fails: ${e.message}`));
  page.on('request', (r) => { if (!/^(data|blob|file):/.test(r.url()) && !r.url().startsWith(job.http)) page.says(`asks for ${r.url()}`); });
  page.on('requestfailed', (r) => page.says(`does not get ${r.url()}: ${r.failure()?.errorText}`));
  page.on('response', (r) => { if (r.status() >= 400) page.says(`gets ${r.status()} for ${r.url()}`); });
  if (options.javaScriptEnabled !== false) {
    await page.addInitScript(() => {
      window.violations = [];
      addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`), true);
    });
  }
  return page;
};
const address = (path, file) => (file ? pathToFileURL(join(job.dir, path)).href : job.http + path);
const open = async (page, path, file) => {
  page.name = path;
  await page.goto(address(path, file), { waitUntil: 'load' });
};
const check = (page, ok, what) => { if (!ok) page.says(what); };

// visit looks at a page at its widths, in its colours, with all its details open.
const visit = async (page, v) => {
  await page.emulateMedia({ colorScheme: v.dark ? 'dark' : 'light' });
  await page.setViewportSize({ width: v.widths[0], height: 900 });
  await open(page, v.path, v.file);
  await page.evaluate(() => document.fonts.ready);
  for (const [i, width] of v.widths.entries()) {
    if (i) await page.setViewportSize({ width, height: 900 });
    if (i === v.widths.length - 1) await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
    for (const f of await page.evaluate(probe)) page.says(f, `${width} px${v.dark ? ', dark' : ''}${v.file ? ', as a file' : ''}`);
    looked++;
  }
  if (v.axe) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    for (const r of found.violations.filter((r) => r.impact === 'serious' || r.impact === 'critical')) {
      page.says(`axe: ${r.id}: ${r.help}: ${r.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} (${n.any[0]?.message ?? ''})`).join(' / ')} and ${r.nodes.length} in all`, v.dark ? 'dark' : 'light');
    }
  }
};

const tasks = job.visits.map((v) => ({ name: v.path, run: (page) => visit(page, v) }));
const task = (name, run, options) => { if (!job.only || job.only === name) tasks.unshift({ name, run, options }); };

task('policy', async (page) => {
  await open(page, 'en/index.html');
  await page.evaluate(() => {
    const s = document.createElement('script');
    s.textContent = 'window.intruded = true';
    document.body.append(s);
    const i = new Image();
    i.src = 'https://elsewhere.invalid/x.png';
    document.body.append(i);
  });
  await page.waitForFunction(() => window.violations.length >= 2, null, { timeout: 5000 }).catch(() => page.says('the policy forbids neither a script of the page nor a picture of elsewhere'));
  check(page, !(await page.evaluate(() => window.intruded)), 'a script within the page ran');
}, { quiet: true });

task('keyboard', async (page) => {
  for (const path of job.keyboard) {
    await open(page, path);
    const want = await page.evaluate(() => {
      const all = [...document.querySelectorAll('a[href], summary, button, input, textarea, [tabindex="0"]')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 0);
      all.forEach((e, i) => { e.dataset.nth = i; });
      document.addEventListener('focusin', (e) => {
        const s = getComputedStyle(e.target), tip = document.querySelector('.tip');
        e.target.dataset.reached = 1;
        if (!e.target.matches(':focus-visible')) return;
        const seen = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.stroke !== 'none';
        if (!seen) e.target.dataset.unseen = 1;
        if (e.target.dataset.tip && (!tip || tip.hidden || tip.textContent !== e.target.dataset.tip)) e.target.dataset.tipless = 1;
        if (e.target.dataset.tip) {
          const r = tip.getBoundingClientRect();
          if (r.left < 0 || r.right > document.documentElement.clientWidth) e.target.dataset.tipless = 1;
        }
      });
      return all.length;
    });
    for (let i = 0; i < want + 5; i++) await page.keyboard.press('Tab');
    const left = await page.evaluate(() => {
      const says = (e) => e.outerHTML.slice(0, 120);
      return {
        missed: [...document.querySelectorAll('[data-nth]:not([data-reached])')].map(says),
        unseen: [...document.querySelectorAll('[data-unseen]')].map(says),
        tipless: [...document.querySelectorAll('[data-tipless]')].map(says),
        tips: document.querySelectorAll('[data-tip][data-reached]').length,
      };
    });
    for (const e of left.missed.slice(0, 5)) page.says(`the keyboard does not reach ${e}`);
    for (const e of left.unseen.slice(0, 5)) page.says(`focus is not seen on ${e}`);
    for (const e of left.tipless.slice(0, 5)) page.says(`no tooltip on focus, or one that is cut: ${e}`);
    check(page, left.tips > 0, 'no mark with a tooltip is reached');
    await page.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    check(page, await page.locator('details').first().evaluate((d) => d.open), 'Enter does not open details');
    await page.locator('[data-tip]:visible').first().focus();
    await page.keyboard.press('Escape');
    check(page, await page.locator('.tip').isHidden(), 'Escape does not hide the tooltip');
    const unfit = await page.evaluate(() => [...document.querySelectorAll('svg[data-rows]')].filter((s) => s.querySelectorAll('.hit').length !== s.dataset.rows.split(' ').length || [...s.querySelectorAll('.hit')].some((m) => !/\n.*[0-9]/.test(m.dataset.tip))).length);
    check(page, unfit === 0, `${unfit} charts tell of no numbers, or not of all`);
    const marks = page.locator('svg[data-rows]:visible').first().locator('.hit');
    await marks.first().focus();
    await page.keyboard.press('ArrowDown');
    check(page, await marks.nth(1).evaluate((m) => m === document.activeElement), 'an arrow does not lead to the next mark');
    await page.locator('[data-tip]:visible').first().hover();
    check(page, await page.locator('.tip').isVisible(), 'no tooltip under the pointer');
  }
});

task('search', async (page) => {
  for (const [path, q, file] of [['en/index.html', 'Russia'], ['ru/index.html', 'Россия'], ['en/index.html', 'Россия'], ['fr/index.html', 'cote d'], ['en/index.html', 'Russia', true]]) {
    await open(page, path, file);
    await page.fill('#q', q);
    const first = page.locator('.search ul a').first();
    check(page, (await page.locator('.search ul a').count()) > 0, `search does not find ${q}`);
    const href = (await first.getAttribute('href')) ?? '';
    if (q !== 'cote d') check(page, href.endsWith('citizen/RU.html'), `search finds ${href} first for ${q}`);
    await page.press('#q', 'Enter');
    await page.waitForURL(/(citizen|geo)\//);
  }
  await open(page, 'en/index.html');
  await page.fill('#q', 'qqqq');
  check(page, (await page.locator('.search li').count()) === 1, 'search does not say that it found nothing');
});

task('sort', async (page) => {
  await open(page, job.table);
  const table = page.locator('table.sorts:visible').first();
  const column = await table.evaluate((t) => [...t.tHead.rows[0].cells].findIndex((c) => c.classList.contains('n')));
  const values = () => table.evaluate((t, col) => [...t.tBodies[0].rows].map((r) => r.cells[col].dataset.v).filter((v) => v !== undefined).map(Number), column);
  for (const [order, sign] of [['descending', -1], ['ascending', 1]]) {
    await table.locator('thead button').nth(column).click();
    const got = await values(), want = [...got].sort((a, b) => sign * (a - b));
    check(page, got.length > 1 && got.join() === want.join(), `sorted ${order} the table reads ${got.slice(0, 8)}…`);
    check(page, (await table.locator('thead th').nth(column).getAttribute('aria-sort')) === order, `aria-sort is not ${order}`);
  }
  await table.locator('thead button').first().click();
  const names = await table.evaluate((t) => [...t.tBodies[0].rows].map((r) => r.cells[0].textContent));
  check(page, names.join() === [...names].sort((a, b) => a.localeCompare(b, 'en')).join(), `sorted by name the table reads ${names.slice(0, 4)}…`);
});

task('copy', async (page) => {
  await open(page, job.table);
  await page.locator('details.copy summary').first().click();
  const areas = page.locator('details.copy').first().locator('textarea');
  const n = await areas.count();
  check(page, n >= 4, `${n} texts to copy`);
  for (let i = 0; i < n; i++) {
    const text = await areas.nth(i).inputValue();
    const button = page.locator('details.copy').first().locator('button').nth(i);
    await button.click();
    await page.waitForTimeout(50);
    check(page, (await page.evaluate(() => navigator.clipboard.readText())) === text, `the button copies something else than ${text.slice(0, 40)}`);
    check(page, (await button.textContent()) === (await areas.nth(i).getAttribute('data-copied')), 'the button does not say that it copied');
    check(page, !text.includes('https://SITE/'), `a blank stands for the address in ${text.slice(0, 60)}`);
  }
}, { permissions: ['clipboard-read', 'clipboard-write'] });

task('frame', async (page) => {
  for (const from of job.frames) {
    await page.setViewportSize({ width: 1200, height: 900 });
    await open(page, from);
    const snippets = (await page.locator('details.copy').first().locator('textarea').evaluateAll((all) => all.map((a) => a.value))).filter((t) => t.includes('<iframe'));
    check(page, snippets.length === 2, `${snippets.length} snippets, want the latest and the frozen`);
    for (const [n, snippet] of snippets.entries()) {
      await page.route(job.http + 'their/page.html', (r) => r.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html><title>t</title><link rel="icon" href="data:,"><body>${snippet}` }));
      await open(page, 'their/page.html');
      for (const width of [1200, 400]) {
        await page.setViewportSize({ width, height: 900 });
        const fits = async () => page.evaluate(() => {
          const f = document.querySelector('iframe'), d = f.contentDocument.documentElement;
          return d.querySelector('svg.chart') && f.clientHeight !== 560 && d.scrollHeight <= f.clientHeight + 1 && Math.abs(d.getBoundingClientRect().height - f.clientHeight) <= 2;
        });
        let ok = false;
        for (let i = 0; i < 40 && !(ok = await fits().catch(() => false)); i++) await page.waitForTimeout(100);
        check(page, ok, `the frame of snippet ${n} of ${from} does not take the height of its chart at ${width} px`);
      }
      const targets = await page.frameLocator('iframe').locator('a').evaluateAll((all) => all.filter((a) => a.target !== '_blank' && a.target !== '_top').length);
      check(page, targets === 0, `${targets} links of the embed open within the frame`);
      const picture = await page.evaluate((t) => {
        const d = new DOMParser().parseFromString(t.replace(/<\/?iframe[^>]*>/g, ''), 'text/html').querySelector('a > img');
        return d && { src: d.src, alt: d.alt };
      }, snippet);
      check(page, picture && picture.alt && (await page.request.get(picture.src)).ok(), `snippet ${n} of ${from} has no picture for where frames are not shown`);
      await page.unroute(job.http + 'their/page.html');
    }
  }
});

task('noscript', async (page) => {
  for (const path of job.plain) {
    await open(page, path);
    const got = await page.evaluate(() => ({
      words: document.querySelector('main').innerText.split(/\s+/).length,
      drawn: [...document.querySelectorAll('svg.chart')].filter((s) => s.getBoundingClientRect().width).length,
      figures: document.querySelectorAll('figure').length,
      rows: document.querySelectorAll('main table tbody tr').length,
      dead: [...document.querySelectorAll('main button, main input')].filter((e) => e.checkVisibility()).length,
    }));
    check(page, got.words > 60, `without scripts ${got.words} words`);
    check(page, got.drawn === got.figures, `without scripts ${got.drawn} charts of ${got.figures}`);
    check(page, got.rows > 3, `without scripts ${got.rows} rows of tables`);
    check(page, got.dead === 0, `without scripts ${got.dead} controls that do nothing`);
    const summary = page.locator('summary').first();
    if (await summary.count()) {
      await summary.click();
      check(page, await page.locator('details').first().locator('table, p, li').first().isVisible(), 'without scripts details do not open');
    }
    looked++;
  }
}, { javaScriptEnabled: false });

task('print', async (page) => {
  for (const path of job.print) {
    await open(page, path);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 718, height: 1000 });
    const charts = await page.evaluate(() => [...document.querySelectorAll('svg.chart')].filter((s) => s.getBoundingClientRect().width)
      .map((s) => [...s.querySelectorAll('text')].map((t) => t.textContent)));
    const paper = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--c-paper').trim());
    check(page, charts.length > 0, 'no chart is printed');
    check(page, paper.toUpperCase() === '#FFFFFF' || paper.toUpperCase() === '#FFF', `printed on ${paper}`);
    const pdf = join(job.tmp, path.replaceAll('/', '-') + '.pdf');
    await page.pdf({ path: pdf, format: 'A4', margin: { top: '12mm', bottom: '12mm', left: '10mm', right: '10mm' }, printBackground: true });
    const bare = (s) => s.normalize('NFKC').replace(/\s+/g, '');
    const sheets = execFileSync('pdftotext', ['-raw', pdf, '-'], { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\f').map(bare);
    for (const texts of charts) {
      const missing = sheets.map((s) => texts.filter((t) => !s.includes(bare(t))));
      const least = missing.reduce((a, b) => (b.length < a.length ? b : a));
      check(page, least.length === 0, `printed, the chart “${texts[0]}” is cut: on its page “${least[0]}” and ${least.length} texts are missing`);
    }
    await page.emulateMedia({ media: null, colorScheme: null });
    looked++;
  }
});

for (const s of job.shots ?? []) {
  task('shots', async (page) => {
    await page.emulateMedia({ colorScheme: s.dark ? 'dark' : 'light' });
    await page.setViewportSize({ width: s.width, height: 900 });
    await open(page, s.path);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: s.out, fullPage: true });
  });
}

// Several tabs work off the list; a task with options of its own gets a tab of its own.
const plain = [...tasks];
const work = async () => {
  const page = await tab();
  for (let t; (t = plain.shift());) {
    const own = t.options && !t.options.quiet ? await tab(t.options) : t.options?.quiet ? await quietTab() : page;
    own.name = t.name;
    try {
      await t.run(own);
    } catch (e) {
      own.says(`${t.name}: ${String(e.message).split('\n')[0]}`);
    }
    if (own !== page) await own.context().close();
  }
};
// quietTab is for what is meant to go wrong.
const quietTab = async () => {
  const page = await tab();
  for (const e of ['console', 'request', 'requestfailed']) page.removeAllListeners(e);
  return page;
};
await Promise.all(Array.from({ length: job.tabs ?? 3 }, work));
await browser.close();
console.log(JSON.stringify({ looked }));
