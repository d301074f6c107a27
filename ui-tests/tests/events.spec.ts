import type { Page } from '@playwright/test';

import {
  command,
  expect,
  openPanel,
  rowOf,
  SESSIONS,
  tabBar,
  test
} from './helpers';
import { newLab } from './helpers-lab';

test.describe.configure({ timeout: 180_000 });

test('what happens in one browser is pushed to all others', async ({
  page,
  rest,
  browser,
  baseURL
}, info) => {
  const other = await newLab(browser, baseURL ?? '');
  await openPanel(page);
  const empty = page.locator('[data-remote="empty"]');
  await expect(empty).toBeVisible();

  // From now on this page gets no list: whatever it learns was pushed.
  let lists = 0;
  await page.route(SESSIONS, async route => {
    if (route.request().method() === 'GET') {
      lists += 1;
      await new Promise(() => undefined);
    }
    await route.fallback();
  });
  await command(other, 'jupyter-remote:start-session', {
    app: 'desktop',
    name: 'Shared'
  });
  await expect.poll(async () => (await rest.list()).length).toBe(1);
  const id = (await rest.list())[0]?.id ?? '';
  const row = rowOf(page, id);
  await expect(row).toContainText('Shared');
  await expect(row).toContainText('Running');
  const count = page.locator('.jp-RemoteStatus-button[title*="session"]');
  await expect(count).toHaveText('1');
  const second = await rest.running('command', { command: 'sleep 1000' });
  await expect(rowOf(page, second.id)).toContainText('Running');
  await expect(count).toHaveText('2');

  await command(other, 'jupyter-remote:rename-session', { id, name: 'Ours' });
  await expect(row).toContainText('Ours');
  await rest.stop(second.id);
  await expect(rowOf(page, second.id)).toContainText('Stopped');
  await expect(count).toHaveText('1');
  await page.screenshot({ path: info.outputPath('events-panel.png') });
  await rest.stop(id);
  await expect(row).toContainText('Stopped');
  await expect(count).toBeHidden();
  await command(other, 'jupyter-remote:purge-session', { id });
  await expect(row).toHaveCount(0);
  // Lists were asked for while something moved, and none was answered.
  info.annotations.push({ type: 'unanswered lists', description: `${lists}` });
  await other.context().close();
});

declare global {
  interface Window {
    /** When the row that is watched said something else than that it runs. */
    jrChanged: number | null;
  }
}

/** Note in the page when the row of a session says no more that it runs. */
async function watchRow(page: Page, id: string): Promise<void> {
  await expect(rowOf(page, id)).toContainText('Running');
  await rowOf(page, id).evaluate(row => {
    window.jrChanged = null;
    const list = row.closest('.jp-RemoteSessions') ?? document.body;
    const selector = `[data-session="${row.dataset['session'] ?? ''}"]`;
    const observer = new MutationObserver(() => {
      const text = list.querySelector(selector)?.textContent ?? '';
      if (!text.includes('Running')) {
        window.jrChanged = Date.now();
        observer.disconnect();
      }
    });
    const all = { childList: true, subtree: true, characterData: true };
    observer.observe(list, all);
  });
}

test('a change is seen within a second', async ({ page, rest }, info) => {
  await openPanel(page);
  await expect(page.locator('[data-remote="empty"]')).toBeVisible();
  // What the page learns was pushed: it gets no list.
  await page.route(SESSIONS, async route => {
    await (route.request().method() === 'GET'
      ? new Promise(() => undefined)
      : route.fallback());
  });
  // Of several tries the best one: how busy the machine is does not count.
  const took: number[] = [];
  while (took.length < 5 || (Math.min(...took) >= 1_000 && took.length < 20)) {
    const { id } = await rest.running('command', { command: 'sleep 1000' });
    await watchRow(page, id);
    await rest.stop(id);
    const answered = Date.now();
    const changed = () => page.evaluate(() => window.jrChanged);
    await expect.poll(changed).not.toBeNull();
    took.push(((await changed()) ?? Infinity) - answered);
  }
  info.annotations.push({
    type: 'after the answer, ms',
    description: took.join(', ')
  });
  expect(Math.min(...took)).toBeLessThan(1_000);
});

test('a failure is told with its reason and the end of the log', async ({
  page,
  rest
}, info) => {
  await rest.start(
    'command',
    { command: `sh -c 'echo the very last words >&2; exit 3'` },
    'Short job'
  );
  const toast = page.locator('.Toastify__toast').filter({
    hasText: 'Short job failed'
  });
  await expect(toast).toBeVisible();
  await expect(toast).toContainText('exit code 3');
  await expect(toast).toContainText('the very last words');
  await page.screenshot({ path: info.outputPath('failure.png') });
  await toast.getByRole('button', { name: 'Show Log' }).click();
  await expect(tabBar(page, 'Log: Short job')).toBeVisible();
  const log = page.locator('.jp-RemoteLog-text');
  await expect(log).toContainText('the very last words');
  await page.screenshot({ path: info.outputPath('log.png') });

  // Somebody else's start is told too, with a way there.
  await rest.running('command', { command: 'sleep 1000' }, 'Long job');
  const started = page.locator('.Toastify__toast').filter({
    hasText: 'Long job is running'
  });
  await expect(started).toBeVisible();
  await expect(started.getByRole('button', { name: 'Open' })).toBeVisible();
});
