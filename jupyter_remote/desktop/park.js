/* In the head of a page that waits for its session, loaded while nobody needs it. It knows no
 * session and no password until Lab gives it one: then it connects, takes over what the
 * session's own page says, and its address. What cannot be taken over is loaded as always.
 */
'use strict';

(remote => {
  const PATIENCE = 20000;
  const SESSION = /\/s\/([a-z2-7]{20})\/$/;
  const base = page => page.querySelector('base').getAttribute('href');

  const settingsOf = async path => {
    const answer = await fetch(path, {
      headers: { Accept: 'text/html' },
      signal: AbortSignal.timeout(PATIENCE)
    });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, 'text/html');
    if (base(page) !== base(document)) {
      throw new Error('the page is another one');
    }
    return JSON.parse(page.getElementById('jr-settings').textContent);
  };

  const take = async path => {
    remote.parameters.path = path;
    remote.openEarly();
    const settings = await settingsOf(path);
    window.history.replaceState(null, '', path);
    Object.assign(remote, settings);
  };

  remote.called = new Promise(done => {
    const hear = ({ data, origin, source }) => {
      const trusted =
        origin === window.location.origin && source === window.parent;
      const id = data?.type === 'adopt' && SESSION.exec(data.path)?.[1];
      if (trusted && id) {
        window.removeEventListener('message', hear);
        // beside our own files, wherever the message says that it is
        done(new URL(`../../s/${id}/`, document.baseURI).pathname);
      }
    };
    window.addEventListener('message', hear);
  });
  /* A page that has failed by now is not worth waiting for: it says nothing. */
  window.addEventListener('load', () => {
    if (remote.status === '') {
      remote.post('parked');
    }
  });

  const never = new Promise(() => undefined);
  remote.adopted = remote.called.then(path =>
    take(path).catch(() => {
      window.location.replace(path);
      return never;
    })
  );
})(window.jupyterRemote);
