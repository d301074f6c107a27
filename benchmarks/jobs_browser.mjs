// Chromium under bench_jobs.py: how soon rows show what happened (so many rounds), or (0) how
// smoothly long lists scroll. Lines of JSON: {"cancel": id} asks for the end of a job,
// {"changed": id, "at": ms since 1970} says that its row shows it; the last one is the answer.
// node jobs_browser.mjs <base URL of a Lab with many jobs and many files> <rounds>
/* global document, requestAnimationFrame, window */
import { chromium } from 'playwright-core';

const ROUNDS = 3;
const CHANGES = Number(process.argv[3]);
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
await page.waitForSelector('.jp-RemoteJobs-grid [role="row"] >> nth=1');
const shown = Date.now() - began;

const say = what => {
  console.log(JSON.stringify(what));
};

/** When the row of a job is there and waits no more (or, for `there`, is there), in ms. */
function seen([list, job, there]) {
  return new Promise(done => {
    const look = () => {
      const row = document.querySelector(`${list} [data-job="slurm/${job}"]`);
      if (row && (there || row.dataset.state !== 'queued')) {
        done(Date.now());
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  });
}

/** Submits a job as the form does; answers its id, and when the answer came. */
async function submit() {
  const response = await fetch('/jupyter-remote/jobs', {
    method: 'POST',
    body: JSON.stringify({ backend: 'slurm', script: '#!/bin/sh\ntrue\n' })
  });
  const { job_id } = await response.json();
  return [job_id, Date.now()];
}

/** A while: the server looks at the scheduler in a rhythm of its own. */
const pause = () => page.waitForTimeout(4000 + Math.random() * 2000);

const rows = page.locator(
  '.jp-RemoteJobs-grid [data-job][data-state="queued"]'
);
for (let round = 0; round < CHANGES; round++) {
  await pause();
  const job = (await rows.first().getAttribute('data-job')).slice(6);
  say({ cancel: job });
  say({
    changed: job,
    at: await page.evaluate(seen, [LISTS.jobs, job, false])
  });
}
const submitted = [];
for (let round = 0; round < CHANGES; round++) {
  await pause();
  const [job, answered] = await page.evaluate(submit);
  submitted.push(
    (await page.evaluate(seen, [LISTS.jobs, job, true])) - answered
  );
}

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

if (CHANGES > 0) {
  say({ submitted });
  await browser.close();
  process.exit();
}
await page.waitForSelector('#filebrowser .jp-DirListing-item >> nth=10');
const times = { jobs: [], files: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, selector] of Object.entries(LISTS)) {
    const seen = await page.evaluate(scroll, [selector, FRAMES]);
    times[name].push(...seen);
  }
}
const p95 = list => list.sort((a, b) => a - b)[Math.floor(list.length * 0.95)];
say({ jobs: p95(times.jobs), files: p95(times.files), shown });
await browser.close();
