// Chromium under bench_desktop.py and bench_start.py: one JSON request a line, one answer a line.
/* global window */
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

import { armFlip, findCanvas, watch, watchVideo } from './desktop_watch.mjs';

const PATIENCE = 60_000;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking'
  ]
});
const visits = new Map();

/** A user with an empty cache; what the pages tell is kept in order. */
class Visit {
  static async make() {
    const visit = new Visit();
    visit.context = await browser.newContext({
      viewport: { width: 1280, height: 800 }
    });
    visit.context.setDefaultTimeout(PATIENCE);
    await visit.context.exposeBinding('jrTell', (_, told) => visit.hear(told));
    await visit.context.addInitScript(watch);
    return visit;
  }

  told = {};
  marks = {};
  waiting = new Map();

  hear({ what, time, marks, at }) {
    this.told[what] = time;
    if (what === 'painted') {
      this.marks = marks;
      this.at = at;
    }
    this.waiting.get(what)?.();
  }

  forget() {
    this.told = {};
  }

  /** When it was told; waits for it. */
  async heard(what) {
    if (!(what in this.told)) {
      await new Promise((resolve, reject) => {
        const late = () => reject(new Error(`waited in vain for "${what}"`));
        const timer = setTimeout(late, PATIENCE);
        this.waiting.set(what, () => {
          clearTimeout(timer);
          resolve();
        });
      });
      this.waiting.delete(what);
    }
    return this.told[what];
  }

  /** What was seen of a desktop that was asked for at `start`. */
  async result(start, inLab) {
    const shown = await this.heard(inLab ? 'uncovered' : 'painted');
    return {
      start,
      ms: shown - start,
      marks: { ...this.marks, shown },
      at: this.at
    };
  }
}

async function launcher(page, base) {
  await page.goto(`${base}lab`);
  await page.waitForFunction(() => window.jupyterapp !== undefined);
  await page.evaluate(() => window.jupyterapp.restored);
}

/**
 * As a hand does it, in ms: the pointer comes to the card, rests, and the button is down for a
 * moment. People were seen to click 365 ms after they came, on average (instant.page, 2019).
 */
const REST = 285;
const PRESS = 80;

async function clickCard(page, title, hand = false) {
  const card = page
    .locator('.jp-LauncherCard')
    .filter({ hasText: title })
    .first();
  await card.scrollIntoViewIfNeeded();
  if (hand) {
    await card.hover();
    await page.waitForTimeout(REST);
  }
  await card.click({ delay: hand ? PRESS : 0 });
}

/** The way through the launcher; the desktop comes in a tab of Lab or in a window. */
async function lab({ visit: name, base, card, inLab, hand }) {
  const visit = await Visit.make();
  visits.set(name, visit);
  visit.page = await visit.context.newPage();
  await launcher(visit.page, base);
  await visit.page
    .locator('.jp-LauncherCard')
    .filter({ hasText: card })
    .first()
    .waitFor();
  await visit.page.waitForTimeout(1500);
  visit.forget();
  await clickCard(visit.page, card, hand);
  return visit.result(await visit.heard('click'), inLab);
}

/** The desktop's tab or window is closed and, after a pause in ms, asked for again. */
async function labAgain({ visit: name, card, inLab, session, pause }) {
  const visit = visits.get(name);
  const { page } = visit;
  if (inLab) {
    await page.evaluate(async () =>
      window.jupyterapp.commands.execute('application:close')
    );
    await page.locator('.jp-RemoteSession').waitFor({ state: 'detached' });
  } else {
    await visit.context
      .pages()
      .find(other => other !== page)
      ?.close();
    await page.bringToFront();
  }
  await page.waitForTimeout(pause);
  visit.forget();
  if (!inLab) {
    await clickCard(page, card);
    return visit.result(await visit.heard('click'), false);
  }
  const start = await page.evaluate(id => {
    window.jrClicked = true;
    const now = Date.now();
    void window.jupyterapp.commands.execute('jupyter-remote:open-session', {
      id
    });
    return now;
  }, session);
  return visit.result(start, true);
}

/** The page alone; with `post` the request that starts the desktop goes before it. */
async function page({ visit: name, base, path, post }) {
  const visit = visits.get(name) ?? (await Visit.make());
  visits.set(name, visit);
  await visit.page?.close();
  visit.page = await visit.context.newPage();
  visit.forget();
  const start = Date.now();
  let url = new URL(path, base).href;
  let posted = 0;
  if (post) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(post);
    const answer = await fetch(url, { method: 'POST', headers, body });
    const { id } = await answer.json();
    posted = Date.now();
    url = new URL(`jupyter-remote/s/${id}/`, base).href;
  }
  await visit.page.goto(url, { waitUntil: 'commit' });
  const result = await visit.result(start, false);
  return posted ? { ...result, marks: { ...result.marks, posted } } : result;
}

async function probe({ visit }) {
  await visits.get(visit).page.waitForTimeout(3000); // the client's first keys may be lost
  await visits.get(visit).page.evaluate(findCanvas);
  return {};
}

/** Latencies of some keys or clicks, at moments that have nothing to do with frames. */
async function flips({ visit, kind, count }) {
  const { page: shown } = visits.get(visit);
  await shown.bringToFront();
  const times = [];
  for (let i = 0; i < count; i += 1) {
    await shown.waitForTimeout(40 + 40 * Math.random());
    await shown.evaluate(armFlip, kind);
    if (kind === 'keydown') {
      await shown.keyboard.press('a');
    } else {
      await shown.mouse.click(640, 700);
    }
    times.push(await shown.evaluate(() => window.jrFlip));
  }
  return { times };
}

async function video({ visit, ms }) {
  const { page: shown } = visits.get(visit);
  await shown.bringToFront();
  await shown.keyboard.press('v');
  await shown.waitForTimeout(1000);
  const result = await shown.evaluate(watchVideo, ms);
  await shown.keyboard.press('v');
  await shown.waitForTimeout(500);
  return result;
}

/** Everything that Lab loads until it is idle: URL, kind, bytes as sent and unpacked. */
async function network({ base, wait }) {
  const context = await browser.newContext();
  const shown = await context.newPage();
  const session = await context.newCDPSession(shown);
  const files = new Map();
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, type, response }) => {
    files.set(requestId, { url: response.url, type, sent: 0, size: 0 });
  });
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    const file = files.get(requestId);
    if (file) file.size += dataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const file = files.get(requestId);
    if (file) file.sent = encodedDataLength;
  });
  const start = Date.now();
  await launcher(shown, base);
  const ms = Date.now() - start;
  await shown.waitForTimeout(wait);
  await context.close();
  return { ms, files: [...files.values()] };
}

async function leave({ visit }) {
  await visits.get(visit)?.context.close();
  visits.delete(visit);
  return {};
}

const DO = { lab, labAgain, page, probe, flips, video, network, leave };

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await DO[request.do](request);
  } catch (error) {
    answer = { error: String(error.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
