import { nullTranslator } from '@jupyterlab/translation';

import { ImportModel } from './importmodel';
import { ShareClient } from './shareclient';
import { kernelHere } from './sharekernels';
import { answers, path } from './testing/answers';
import type { IDescription, ShareMode } from './tokens';

const trans = nullTranslator.load('jupyter_remote');
const PAGE = 'http://localhost/user/ada/lab';

const DESCRIPTION: IDescription = {
  name: 'fit.ipynb',
  sender: 'bob',
  size: 10,
  revision: 2,
  updated: '2026-11-21T10:00:00.000Z',
  expires: '2026-11-22T10:00:00.000Z',
  once: true,
  kernel: { name: 'ir', display_name: 'R', language: 'R' },
  kernel_here: null,
  kernels: [],
  options: {},
  outputs: true,
  cells: 3,
  mine: []
};

function model(
  link: string,
  body: unknown,
  status = 200,
  mode: ShareMode = 'hub'
) {
  const init = { status, headers: { 'Content-Type': 'application/json' } };
  const text = JSON.stringify(body);
  const { client, requests } = answers(ShareClient, text, init);
  const made = new ImportModel({
    client,
    shares: {
      received: [],
      refresh: () => Promise.resolve(),
      mode,
      limits: {
        expires_in: null,
        bytes: null,
        users: true,
        options: { server: { image: 'a' } }
      }
    },
    link,
    page: PAGE,
    folder: 'work',
    kernels: () => [
      { name: 'ir4', display_name: 'R 4', language: 'r' },
      { name: 'python3', display_name: 'Python 3', language: 'python' }
    ],
    trans
  });
  return { made, requests };
}

describe('ImportModel', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('offers a bundle of links of this server and of its hub', async () => {
    for (const mode of ['local', 'hub'] as const) {
      const { made } = model('/s/a', DESCRIPTION, 200, mode);
      await made.look();
      expect(made.bundled).toBe(true);
    }
    const refusal = { reason: 'foreign-link', message: '' };
    const { made } = model('https://x.example/s/a', refusal, 400, 'local');
    await made.look();
    expect(made.bundled).toBe(false);
  });

  it('gives links of its own origin as paths', async () => {
    const link = 'http://localhost/services/share/s/secret';
    const { made, requests } = model(link, DESCRIPTION);
    await made.look();
    expect(made.phase).toBe('there');
    expect(requests.map(path)).toEqual([
      '/user/ada/jupyter-remote/imports/look'
    ]);
    expect(await requests[0]?.json()).toEqual({
      link: '/services/share/s/secret'
    });
    expect(made.at('preview')).toBe(`${link}/preview`);
  });

  it('asks no foreign place before the user says so', async () => {
    const fetch = jest.spyOn(globalThis, 'fetch');
    fetch.mockImplementation(() =>
      Promise.resolve(new Response(JSON.stringify(DESCRIPTION)))
    );
    const refusal = { message: 'Not ours.', reason: 'foreign-link' };
    const { made } = model('https://else.example/s/secret', refusal, 400);
    await made.look();
    expect(made.phase).toBe('ask');
    expect(fetch).not.toHaveBeenCalled();
    await made.lookAbroad();
    expect(fetch).toHaveBeenCalledWith(
      'https://else.example/s/secret/about',
      expect.objectContaining({
        credentials: 'omit',
        referrerPolicy: 'no-referrer'
      })
    );
    expect(made.description?.kernel_here).toBe(false);
    expect(made.description?.kernels.map(({ name }) => name)).toEqual(['ir4']);
  });

  it('fetches a foreign notebook once, as its link may work once', async () => {
    const fetch = jest.spyOn(globalThis, 'fetch');
    fetch.mockImplementation(() =>
      Promise.resolve(new Response(JSON.stringify(DESCRIPTION)))
    );
    const refusal = { message: 'Not ours.', reason: 'foreign-link' };
    const { made } = model('https://else.example/s/secret', refusal, 400);
    await made.look();
    await made.lookAbroad();
    // Our own server refuses, so the first copy fails.
    expect(await made.copy()).toBeNull();
    expect(made.problem).toBe('Not ours.');
    await made.copy();
    await made.fetched();
    const asked = fetch.mock.calls.map(([url]) => url);
    expect(asked).toEqual([
      'https://else.example/s/secret/about',
      'https://else.example/s/secret/notebook'
    ]);
  });

  it.each([['<html>'], ['[]'], ['{"name": {}, "size": 1, "revision": 1}']])(
    'takes no %s of a foreign place for a description',
    async body => {
      const fetch = jest.spyOn(globalThis, 'fetch');
      fetch.mockImplementation(() => Promise.resolve(new Response(body)));
      const refusal = { message: 'Not ours.', reason: 'foreign-link' };
      const { made } = model('https://else.example/s/secret', refusal, 400);
      await made.look();
      await made.lookAbroad();
      expect(made.phase).toBe('failed');
      expect(made.problem).toContain('else.example');
    }
  );

  it('shows what a foreign place tells too little of', async () => {
    const fetch = jest.spyOn(globalThis, 'fetch');
    const told = '{"name": "a.ipynb", "size": 1, "revision": 1, "kernel": "x"}';
    fetch.mockImplementation(() => Promise.resolve(new Response(told)));
    const refusal = { message: 'Not ours.', reason: 'foreign-link' };
    const { made, requests } = model(
      'https://else.example/s/a?b',
      refusal,
      400
    );
    await made.look();
    await made.lookAbroad();
    expect(made.description).toMatchObject({ sender: '', kernel: null });
    expect(made.otherServer).toBe(false);
    await made.copy();
    const sent = requests.at(-1);
    expect(sent?.url).not.toContain('else.example');
    expect(sent?.headers.get('Share-Link')).toBe('https://else.example/s/a');
  });

  it('asks this server for what is its own by another name', async () => {
    const { made } = model('http://alias/services/share/s/a?x', DESCRIPTION);
    await made.look();
    expect(made.at('preview')).toBe(
      'http://localhost/services/share/s/a/preview'
    );
  });

  it('does not say that a foreign place is away when it may want a login', async () => {
    const fetch = jest.spyOn(globalThis, 'fetch');
    fetch.mockImplementation(() => Promise.reject(new TypeError('blocked')));
    const refusal = { message: 'Not ours.', reason: 'foreign-link' };
    const { made } = model('https://else.example/s/secret', refusal, 400);
    await made.look();
    await made.lookAbroad();
    expect(made.problem).toContain('only people who are signed in');
  });

  it('says in words that a link ended', async () => {
    const gone = { message: 'bob revoked this link.', reason: 'expired' };
    const { made } = model('/services/share/s/secret', gone, 410);
    await made.look();
    expect(made.phase).toBe('failed');
    expect(made.problem).toBe('bob revoked this link.');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'http://[', 'file:///x'])(
    'opens no %s',
    async link => {
      const { made, requests } = model(link, DESCRIPTION);
      await made.look();
      expect(made.phase).toBe('failed');
      expect(requests).toEqual([]);
    }
  );

  it.each([
    ['a', false],
    ['b', true]
  ])(
    'knows whether a server with image %s is another one',
    async (image, is) => {
      const told = { ...DESCRIPTION, options: { server: { image } } };
      const { made } = model('/services/share/s/secret', told);
      await made.look();
      expect(made.otherServer).toBe(is);
    }
  );

  it('copies into the folder that was chosen', async () => {
    const copy = { id: 'r', path: 'new/fit.ipynb', ...DESCRIPTION };
    const { made, requests } = model('/services/share/s/secret', copy);
    await made.look();
    made.folder = 'new';
    made.kernel = 'ir4';
    await made.copy();
    expect(await requests[1]?.json()).toEqual({
      link: '/services/share/s/secret',
      folder: 'new',
      kernel: 'ir4'
    });
    expect(made.made?.path).toBe('new/fit.ipynb');
    expect(made.mine).toHaveLength(1);
  });
});

describe('kernelHere', () => {
  const here = [{ name: 'python3', display_name: '', language: 'python' }];

  it('knows the kernel by its name, and fitting ones by their language', () => {
    const kernel = { name: 'env', display_name: '', language: 'Python' };
    expect(kernelHere({ kernel }, here)).toEqual({
      kernel_here: false,
      kernels: here
    });
    const python3 = { ...kernel, name: 'python3' };
    expect(kernelHere({ kernel: python3 }, here).kernel_here).toBe(true);
  });

  it('says nothing of a notebook that names none', () => {
    expect(kernelHere({ kernel: null }, here).kernel_here).toBeNull();
  });
});
