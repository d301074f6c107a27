// Chromium under bench_jobs.py: how smoothly long lists scroll. One JSON line is the answer.
// node jobs_browser.mjs <base URL of a Lab with many jobs and many files>
/* global document, requestAnimationFrame, window */
import { chromium } from 'playwright-core';

const ROUNDS = 3;
const FRAMES = 180;
const LISTS = {
  jobs: '.jp-RemoteJobs-grid',
  files: '#filebrowser .jp-DirListing-content'
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run']
});
const page = await browser.newPage({ viewport: { width: 1400, height: 800 } });
page.setDefaultTimeout(120_000);
await page.goto(`${process.argv[2]}lab`);
await page.waitForFunction(() => window.jupyterapp?.restored);
await page.evaluate(async () => {
  await window.jupyterapp.restored;
  await window.jupyterapp.commands.execute('jupyter-remote:show-jobs');
});
const began = Date.now();
await page.waitForSelector('.jp-RemoteJobs-grid [role="row"] >> nth=10');
const shown = Date.now() - began;
await page.waitForSelector('#filebrowser .jp-DirListing-item >> nth=10');

/** Times in ms between frames while a list is scrolled, some rows each frame. */
function scroll([selector, frames]) {
  return new Promise(done => {
    const box = document.querySelector(selector);
    const times = [];
    let last = performance.now();
    const step = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      box.scrollTop += 97;
      if (times.length < frames) {
        requestAnimationFrame(step);
      } else {
        box.scrollTop = 0;
        done(times.slice(1));
      }
    };
    requestAnimationFrame(step);
  });
}

const times = { jobs: [], files: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, selector] of Object.entries(LISTS)) {
    const seen = await page.evaluate(scroll, [selector, FRAMES]);
    times[name].push(...seen);
  }
}
const p95 = list => list.sort((a, b) => a - b)[Math.floor(list.length * 0.95)];
console.log(
  JSON.stringify({ jobs: p95(times.jobs), files: p95(times.files), shown })
);
await browser.close();
