import { linkAddress, parseShareRoute } from './shareroute';

describe('linkAddress', () => {
  const PAGE = 'http://localhost/user/ada/lab';
  const HUB = 'https://hub.example/services/share/s/a';

  it.each([
    [`${HUB}?utm_source=mail#top`, HUB],
    ['/services/share/s/a?x', 'http://localhost/services/share/s/a'],
    [`http://localhost/lab#jupyter-remote-share=${HUB}`, HUB],
    [
      'https://hub.example/lab?jupyter-remote-share=%2Fservices%2Fshare%2Fs%2Fa',
      HUB
    ],
    ['hub.example/services/share/s/a', undefined],
    ['http://[', undefined]
  ])('reads %s', (link, address) => {
    expect(linkAddress(link, PAGE)?.href).toBe(address);
  });
});

describe('parseShareRoute', () => {
  const parse = (search: string) =>
    parseShareRoute({ path: '/lab/tree/a', search, hash: '#b' });

  it('takes the link out of the URL, and leaves the rest', () => {
    const link = 'https://hub.example/services/share/s/a-b_c?x=1&y=2';
    const query = new URLSearchParams({ z: '1', 'jupyter-remote-share': link });
    expect(parse(`?${query.toString()}`)).toEqual({
      link,
      rest: '/lab/tree/a?z=1#b'
    });
  });

  it('takes the link out of the fragment, and leaves the rest', () => {
    const link = 'https://hub.example/services/share/s/a-b_c?x=1&y=2#z';
    const held = new URLSearchParams({ 'jupyter-remote-share': link });
    const parts = { path: '/lab', search: '?reset' };
    const alone = { ...parts, hash: `#${held.toString()}` };
    expect(parseShareRoute(alone)).toEqual({ link, rest: '/lab?reset' });
    const second = { ...parts, hash: `#a=1&${held.toString()}` };
    expect(parseShareRoute(second)).toEqual({ link, rest: '/lab?reset#a=1' });
  });

  it('leaves no question mark without a question', () => {
    expect(parse('?jupyter-remote-share=%2Fs%2Fx')).toEqual({
      link: '/s/x',
      rest: '/lab/tree/a#b'
    });
  });

  it('finds no link in other parameters', () => {
    expect(parse('?jupyter-remote=desktop').link).toBe('');
  });
});
