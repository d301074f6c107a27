import { parseRange, RemoteClient } from './client';
import { answers, path } from './testing/answers';
import { sample } from './testing/samples';

const answering = (body: BodyInit | null, init: ResponseInit = {}) =>
  answers(RemoteClient, body, init);

const json = (value: unknown) => JSON.stringify(value);

describe('RemoteClient', () => {
  it('keeps the base URL and the trailing slash of an app', () => {
    const { client } = answering(null);
    expect(client.appUrl('abc')).toBe(
      'http://localhost/user/ada/jupyter-remote/s/abc/'
    );
  });

  it('starts', async () => {
    const { client, requests } = answering(json(sample()), { status: 201 });
    const session = await client.start({ app: 'desktop', backend: 'local' });
    expect(session).toEqual(sample());
    expect(requests[0]?.method).toBe('POST');
    expect(path(requests[0])).toBe('/user/ada/jupyter-remote/sessions');
    expect(await requests[0]?.json()).toEqual({
      app: 'desktop',
      backend: 'local'
    });
  });

  it('stops with DELETE and forgets with purge=1', async () => {
    const { client, requests } = answering(json(sample()));
    await client.stop('a');
    await client.purge('a');
    const base = '/user/ada/jupyter-remote/sessions';
    expect(requests.map(path)).toEqual([`${base}/a`, `${base}/a`]);
    expect(requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
    expect(requests.map(({ url }) => url.includes('purge=1'))).toEqual([
      false,
      true
    ]);
  });

  it('passes the server’s words on', async () => {
    const body = json({ message: 'No such thing.', reason: 'not-found' });
    const { client } = answering(body, { status: 404 });
    await expect(client.stop('a')).rejects.toThrow('No such thing.');
  });

  it('reads a part of the log', async () => {
    const { client, requests } = answering('abc', {
      headers: { 'Content-Range': 'bytes 10-12/20' }
    });
    const chunk = await client.log('a', -3, 65536);
    expect(chunk).toMatchObject({ start: 10, end: 13, size: 20 });
    expect(new TextDecoder().decode(chunk.bytes)).toBe('abc');
    expect(requests[0]?.url).toContain('log?offset=-3&limit=65536');
  });
});

describe('parseRange', () => {
  const range = (value: string, length: number) =>
    parseRange(new Headers({ 'Content-Range': value }), length);

  it('understands parts, empty parts, and no header', () => {
    expect(range('bytes 0-4/9', 5)).toEqual({ start: 0, end: 5, size: 9 });
    expect(range('bytes */9', 0)).toEqual({ start: 9, end: 9, size: 9 });
    expect(range('bytes 9-9/9', 0)).toEqual({ start: 9, end: 9, size: 9 });
    expect(parseRange(new Headers(), 7)).toEqual({ start: 0, end: 7, size: 7 });
  });
});
