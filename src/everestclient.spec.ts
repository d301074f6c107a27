import { EverestClient } from './everestclient';
import { answers, path } from './testing/answers';

const base = '/user/ada/jupyter-remote/everest';
const one = `${base}/servers/ada%40host`;
const name = 'ada@host';

/** What requests of a client were: method, path, query. */
async function asked(
  ask: (client: EverestClient) => Promise<unknown>
): Promise<{ method: string; path: string; query: string; body: unknown }> {
  const { client, requests } = answers(EverestClient, '{}');
  await ask(client);
  const [request] = requests;
  const text = (await request?.text()) ?? '';
  return {
    method: request?.method ?? '',
    path: path(request),
    // Without what keeps the browser from answering by itself.
    query: new URL(request?.url ?? '').search.replace(/[?&]\d+$/, ''),
    body: text ? (JSON.parse(text) as unknown) : null
  };
}

describe('EverestClient', () => {
  it('lists, adds, checks, renews and forgets accounts', async () => {
    const body = JSON.stringify({ servers: [{ name }] });
    const { client } = answers(EverestClient, body);
    expect(await client.accounts()).toEqual([{ name, ends: null }]);
    const addition = { url: 'http://host', username: 'ada', password: 'x' };
    expect(await asked(client => client.add(addition))).toEqual({
      method: 'POST',
      path: `${base}/servers`,
      query: '',
      body: addition
    });
    expect(await asked(client => client.check(name))).toMatchObject({
      method: 'GET',
      path: one
    });
    const renewed = await asked(client => client.renew(name, { token: 't' }));
    expect(renewed).toMatchObject({ method: 'PATCH', path: one });
    expect(renewed.body).toEqual({ token: 't' });
    expect(await asked(client => client.forget(name, true))).toMatchObject({
      method: 'DELETE',
      path: one,
      query: '?revoke=1'
    });
    expect((await asked(client => client.forget(name, false))).query).toBe(
      '?revoke=0'
    );
  });

  it('knows when a token ends by the clock of this browser', async () => {
    const told = { name, expires: '2001-01-01T00:00:00.000Z', left: 60 };
    const { client } = answers(EverestClient, JSON.stringify(told));
    const before = Date.now();
    const { ends } = await client.check(name);
    expect(ends).toBeGreaterThanOrEqual(before + 60_000);
    expect(ends).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('asks for applications by words, id or alias', async () => {
    const found = await asked(client => client.everestApps(name, 'word count'));
    expect(found).toMatchObject({
      path: `${one}/apps`,
      query: '?search=word+count'
    });
    const app = await asked(client => client.everestApp(name, 'me/ä?'));
    expect(app.path).toBe(`${one}/apps/me/%C3%A4%3F`);
  });

  it('begins transfers, looks at them and ends them', async () => {
    expect(await asked(client => client.send(name, 'a b.txt'))).toMatchObject({
      method: 'POST',
      path: `${one}/files`,
      body: { path: 'a b.txt' }
    });
    expect(await asked(client => client.fetch(name, 'j', 'to'))).toMatchObject({
      method: 'POST',
      path: `${one}/jobs/j/outputs`,
      body: { folder: 'to', names: [] }
    });
    expect(await asked(client => client.unpack(name, 'j', ''))).toMatchObject({
      method: 'POST',
      path: `${one}/jobs/j/tasks`,
      body: { folder: '', output: 'stdout' }
    });
    expect(await asked(client => client.transfer('0f'))).toMatchObject({
      method: 'GET',
      path: `${base}/transfers/0f`
    });
    expect(await asked(client => client.endTransfer('0f'))).toMatchObject({
      method: 'DELETE',
      path: `${base}/transfers/0f`
    });
  });

  it('tells outputs and submits sweeps, or only counts their tasks', async () => {
    const outputs = [{ name: 'words', value: 3 }];
    const { client } = answers(EverestClient, JSON.stringify({ outputs }));
    expect(await client.outputs(name, 'j')).toEqual(outputs);
    const sweep = { command: 'echo ${a}', parameters: { a: [1, 2] } };
    expect(await asked(client => client.sweep(name, sweep))).toMatchObject({
      method: 'POST',
      path: `${one}/sweeps`,
      body: sweep
    });
    const trial = await asked(client => client.tryOut(name, sweep));
    expect(trial.body).toEqual({ ...sweep, test: true });
  });

  it('rejects with the words of the server', async () => {
    const message = 'http://host does not accept this user name and password';
    const body = JSON.stringify({ message, reason: 'everest-login' });
    const { client } = answers(EverestClient, body, { status: 403 });
    await expect(client.add({ url: 'http://host' })).rejects.toThrow(message);
  });
});
