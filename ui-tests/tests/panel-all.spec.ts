import { dialogButton, expect, openPanel, rowOf, test } from './helpers';

test.describe.configure({ timeout: 180_000 });

const PRINTS = { command: `sh -c 'echo hello log; sleep 1000'` };

test('all are stopped, then forgotten, each after a question', async ({
  page,
  rest
}) => {
  const one = await rest.running('command', PRINTS, 'One');
  const two = await rest.running('command', PRINTS, 'Two');
  const panel = await openPanel(page);
  const rows = panel.locator('.jp-RemoteRow');
  await expect(rows).toHaveCount(2);
  const button = (id: string) =>
    panel.locator(`jp-button[data-command="jupyter-remote:${id}"]`);
  const dialog = page.locator('.jp-Dialog');

  await button('stop-all').click();
  await expect(dialog).toContainText('2 sessions are stopped.');
  await dialogButton(page, 'Cancel').click();
  expect((await rest.get(one.id)).state).toBe('running');
  await button('stop-all').click();
  await dialogButton(page, 'Stop All').click();
  for (const { id } of [one, two]) {
    await expect(rowOf(page, id)).toContainText('Stopped');
  }

  const third = await rest.running('command', PRINTS, 'Three');
  await expect(rows).toHaveCount(3);
  await button('purge-ended').click();
  await expect(dialog).toContainText('2 records and their logs are deleted');
  await dialogButton(page, 'Cancel').click();
  await expect(dialog).toHaveCount(0);
  expect(await rest.list()).toHaveLength(3);
  await button('purge-ended').click();
  await dialogButton(page, 'Forget All').click();
  await expect(rows).toHaveCount(1);
  expect((await rest.list()).map(({ id }) => id)).toEqual([third.id]);

  // Lab's own panel: a server that refuses is not passed over in silence.
  await page.route(/\/jupyter-remote\/sessions\/\w+(?:\?|$)/, route =>
    route.request().method() === 'DELETE'
      ? route.fulfill({ status: 503, json: { message: 'too busy' } })
      : route.fallback()
  );
  await page.sidebar.openTab('jp-running-sessions');
  const section = page
    .locator('#jp-running-sessions .jp-RunningSessions-section')
    .filter({ hasText: 'Three' });
  const heading = page
    .locator('#jp-running-sessions .jp-AccordionPanel-title')
    .filter({ hasText: 'Remote Sessions' });
  await expect(section).toBeVisible();
  await heading.getByRole('button', { name: 'Stop All' }).click();
  await dialogButton(page, 'Stop All').click();
  await expect(dialog).toContainText('Cannot stop all sessions');
  await expect(dialog).toContainText('too busy');
});
