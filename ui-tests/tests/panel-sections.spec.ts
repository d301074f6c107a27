import type { Locator } from '@playwright/test';

import { expect, openPanel, test } from './helpers';

test.describe.configure({ timeout: 180_000 });

const PRINTS = { command: 'sleep 1000' };

/** The heights of the sections, and which are open. */
async function sections(panel: Locator): Promise<[string, number][]> {
  const all = panel.locator('.jp-AccordionPanel-title');
  return all.evaluateAll(titles =>
    titles.map(title => {
      const id = title.getAttribute('aria-controls') ?? '';
      const label = title.textContent.trim();
      return [label, document.getElementById(id)?.offsetHeight ?? 0];
    })
  );
}

test('sections are as high as what they show, and stay as the user made them', async ({
  page,
  rest
}, info) => {
  await page.setViewportSize({ width: 1100, height: 900 });
  for (let index = 0; index < 7; index += 1) {
    await rest.running('command', PRINTS, `Job ${index}`);
  }
  let panel = await openPanel(page);
  await expect(panel.locator('.jp-RemoteRow')).toHaveCount(7);
  await page.mouse.move(900, 400);
  const high = async (label: string) =>
    new Map(await sections(panel)).get(label) ?? 0;
  // Everybody else has what it needs, the sessions have the rest.
  await expect
    .poll(async () => (await high('Sessions')) / (await high('Shares')))
    .toBeGreaterThan(2);
  for (const label of ['Shares', 'Everest']) {
    expect(await high(label)).toBeLessThan(160);
  }
  await page.screenshot({ path: info.outputPath('sections.png') });
  await page.theme.setDarkTheme();
  await page.screenshot({ path: info.outputPath('sections-dark.png') });
  await page.sidebar.setWidth(170);
  await page.screenshot({ path: info.outputPath('sections-narrow.png') });

  const title = (label: string) =>
    panel.locator('.jp-AccordionPanel-title').filter({ hasText: label });
  await title('Everest').click();
  await expect(title('Everest')).toHaveAttribute('aria-expanded', 'false');
  const handle = panel.locator('.lm-SplitPanel-handle:visible').first();
  const box = await handle.boundingBox();
  expect(box).not.toBeNull();
  const { x, y } = box ?? { x: 0, y: 0 };
  await page.mouse.move(x + 20, y + 1);
  await page.mouse.down();
  await page.mouse.move(x + 20, y - 80, { steps: 5 });
  const saved = page.waitForResponse(
    answer =>
      answer.url().includes('/lab/api/workspaces') &&
      answer.request().method() === 'PUT' &&
      (answer.request().postData() ?? '').includes('jupyterlab-remote:panel')
  );
  await page.mouse.up();
  await page.mouse.move(900, 400);
  const before = await sections(panel);
  await saved;
  await page.reload();
  panel = await openPanel(page);
  await expect(panel.locator('.jp-RemoteRow')).toHaveCount(7);
  await expect(title('Everest')).toHaveAttribute('aria-expanded', 'false');
  await page.mouse.move(900, 400);
  for (const [label, height] of before) {
    await expect
      .poll(async () => Math.abs((await high(label)) - height))
      .toBeLessThan(6);
  }
});

test('in a low window the words of empty sections can be read', async ({
  page,
  rest
}, info) => {
  await page.setViewportSize({ width: 1100, height: 720 });
  for (let index = 0; index < 4; index += 1) {
    await rest.running('command', PRINTS, `Job ${index}`);
  }
  const panel = await openPanel(page);
  await expect(panel.locator('.jp-RemoteRow')).toHaveCount(4);
  await expect(panel.locator('[data-remote="no-shares"]')).toBeVisible();
  await page.mouse.move(900, 400);
  for (const section of ['.jp-RemoteShares', '.jp-RemoteEverest']) {
    await expect
      .poll(() =>
        panel.locator(section).evaluate(node => {
          const words = [...node.querySelectorAll('p:not(:has(p)), button')];
          const ends = words.map(each => each.getBoundingClientRect().bottom);
          return Math.max(...ends) - node.getBoundingClientRect().bottom;
        })
      )
      .toBeLessThanOrEqual(0);
  }
  await page.screenshot({ path: info.outputPath('sections-low.png') });
});
