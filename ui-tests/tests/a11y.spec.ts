import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';

import {
  command,
  Desktop,
  dialogButton,
  expect,
  inFrame,
  openPanel,
  SESSIONS,
  test
} from './helpers';
import { newLab } from './helpers-lab';
import { BASE, Rest } from './helpers-rest';
import { OwnServer } from './helpers-server';

test.describe.configure({ timeout: 180_000 });

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const PRINTS = { command: `sh -c 'echo hello log; sleep 1000'` };

/** Sessions in several states, and a desktop, for both themes. */
const rest = new Rest(BASE);
let id = '';
let failed = '';

test.beforeAll(async () => {
  const desktop = rest.running('desktop');
  await rest.running('command', PRINTS, 'Long job');
  const { id: short } = await rest.start(
    'command',
    { command: `sh -c 'echo last words; exit 3'` },
    'Short job'
  );
  await rest.until(short, 'failed');
  ({ id: failed } = await rest.start('program', {
    command: `sh -c 'echo its last words; exit 3'`
  }));
  await rest.until(failed, 'failed');
  ({ id } = await desktop);
});

test.afterAll(async () => {
  await rest.clear();
});

/** What axe finds inside the elements, in words. */
async function check(
  page: Page,
  what: string,
  selector: string
): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .include(selector)
    .exclude('iframe')
    .withTags(RULES)
    .analyze();
  const found = violations.flatMap(({ id: rule, nodes }) =>
    nodes.map(node => `${rule}: ${node.html} ${node.failureSummary ?? ''}`)
  );
  // Lab's own toolbar button says aria-pressed where axe sees no button: the
  // button is in the shadow tree of <jp-button>.
  const ours = found.filter(
    words => !/^aria-allowed-attr: <jp-button\b[^>]* aria-pressed=/.test(words)
  );
  expect.soft(ours, what).toEqual([]);
}

async function lookAtAll(page: IJupyterLabPageFixture): Promise<void> {
  const remote = page.locator('.jp-Launcher-section').filter({
    has: page.getByRole('heading', { name: 'Remote', exact: true })
  });
  await remote.evaluate(node => {
    node.setAttribute('data-test', 'remote');
  });
  await check(page, 'launcher', '[data-test="remote"]');
  await openPanel(page);
  await expect(page.locator('.jp-RemoteRow')).toHaveCount(4);
  await check(page, 'panel', '#jupyter-remote-panel');
  await check(page, 'status', '.jp-RemoteStatus');

  await command(page, 'jupyter-remote:start-program');
  await expect(page.locator('.jp-RemotePrograms input')).toBeFocused();
  await check(page, 'program dialog', '.jp-Dialog');
  await dialogButton(page, 'Cancel').click();
  const long = page.locator('.jp-RemoteRow').filter({ hasText: 'Long job' });
  await long.getByRole('button', { name: 'Rename Long job' }).click();
  await check(page, 'rename dialog', '.jp-Dialog');
  await dialogButton(page, 'Cancel').click();
  await command(page, 'jupyter-remote:stop-all');
  await check(page, 'stop dialog', '.jp-Dialog');
  await dialogButton(page, 'Cancel').click();
  await long.getByRole('button', { name: 'Show log of Long job' }).click();
  await expect(page.locator('.jp-RemoteLog-text')).toContainText('hello log');
  await check(page, 'log', '.jp-RemoteLog');

  await command(page, 'jupyter-remote:start-session', { app: 'desktop' });
  await expect(page.locator('[data-phase="submitting"]').first()).toBeVisible();
  await check(page, 'progress', '.jp-RemoteTab');
  await page.activity.closeAll();
  const desktop = await new Desktop(page, id).open();
  await check(page, 'open desktop', '.jp-RemoteTab');
  await desktop.click(30, 30);
  await check(page, 'keyboard hint', '.jp-RemoteHint');
  await loseConnection(desktop);
  await check(page, 'connection lost', '.jp-RemoteTab');
  await page.activity.closeAll();
  await lookAtEnds(page);
}

/** The page of a desktop says that it is cut off, so often that Lab waits for the user. */
async function loseConnection(desktop: Desktop): Promise<void> {
  await inFrame(desktop, () => {
    for (let tries = 0; tries < 6; tries += 1) {
      for (const status of ['connecting', 'closed']) {
        const message = { source: 'jupyter-remote', type: 'status', status };
        window.parent.postMessage(message, window.location.origin);
      }
    }
  });
  await expect(desktop.view).toHaveAttribute('data-phase', 'broken');
  await expect(desktop.view).toContainText('lost');
}

/** Sessions that ended by themselves, and one that never began. */
async function lookAtEnds(page: IJupyterLabPageFixture): Promise<void> {
  await command(page, 'jupyter-remote:open-session', { id: failed });
  const { view } = new Desktop(page, failed);
  await expect(view.locator('.jp-RemoteCard-log')).toContainText(
    'its last words'
  );
  await check(page, 'failed, with its log', '.jp-RemoteTab');
  await page.activity.closeAll();
  await command(page, 'jupyter-remote:start-program', {
    command: 'no-such-program'
  });
  await expect(page.locator('.jp-RemoteSession')).toHaveAttribute(
    'data-phase',
    'refused'
  );
  await check(page, 'refused', '.jp-RemoteTab');
}

for (const theme of ['light', 'dark'] as const) {
  test(`no accessibility violation in our own elements, ${theme}`, async ({
    page
  }, info) => {
    // Requests to start a desktop wait, so that the progress can be looked at.
    await page.route(SESSIONS, async route => {
      if (route.request().postData()?.includes('"desktop"')) {
        await new Promise(() => undefined);
      }
      await route.fallback();
    });
    if (theme === 'dark') {
      await page.theme.setDarkTheme();
    }
    await lookAtAll(page);
    await page.screenshot({ path: info.outputPath(`a11y-${theme}.png`) });
  });
}

test('a record that cannot be read is named, left alone, and accessible', async ({
  browser
}, info) => {
  const server = new OwnServer();
  const folder = join(server.home, 'data/jupyter_remote/sessions/newer');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = join(folder, 'session.json');
  const text = '{"version": 99, "shape": "unknown"}';
  writeFileSync(record, text);
  try {
    await server.start();
    const page = await newLab(browser, server.url);
    const panel = await openPanel(page);
    const notice = panel.locator('[data-remote="problems"]');
    await notice.getByText('One session cannot be shown').click();
    await expect(notice).toContainText(record);
    await expect(notice).toContainText('was written by a newer');
    for (const theme of ['light', 'dark'] as const) {
      if (theme === 'dark') {
        await page.theme.setDarkTheme();
      }
      await check(page, `notice, ${theme}`, '#jupyter-remote-panel');
    }
    await page.screenshot({ path: info.outputPath('newer-record.png') });
    expect(readFileSync(record, 'utf8')).toBe(text);
    await page.context().close();
  } finally {
    await server.close();
  }
});
