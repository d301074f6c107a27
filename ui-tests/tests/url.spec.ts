import { Desktop, expect, PATIENCE, test, WHITE } from './helpers';

test.describe.configure({ timeout: 180_000 });

test('a link opens a desktop, and the running one the second time', async ({
  page,
  rest,
  request
}) => {
  await page.goto('?reset&jupyter-remote=desktop');
  const view = page.locator('.jp-RemoteSession');
  await expect(view).toHaveAttribute('data-phase', 'open', {
    timeout: PATIENCE
  });
  const sessions = await rest.list();
  expect(sessions).toHaveLength(1);
  const desktop = new Desktop(page, sessions[0]?.id ?? '');
  await desktop.shows('a terminal', p => p.count(WHITE) > 20_000);
  expect(page.url()).not.toContain('jupyter-remote');

  const answer = await request.get('/jupyter-remote/desktop', {
    maxRedirects: 0
  });
  expect(answer.status()).toBe(302);
  expect(answer.headers()['location']).toMatch(
    /\/lab\?jupyter-remote=desktop$/
  );

  // As a badge does it: through the redirect.
  await page.goto(new URL('/jupyter-remote/desktop', page.url()).href);
  await expect(view).toHaveCount(1);
  await desktop.painted();
  await desktop.shows('the same terminal', p => p.count(WHITE) > 20_000);
  expect(await rest.list()).toHaveLength(1);
});
