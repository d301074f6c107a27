/* In the page's head, before any other script: the client's worker loads while the page does,
 * and connects when somebody looks. What it says is kept for the client.
 */
'use strict';

window.jupyterRemote = JSON.parse(
  document.getElementById('jr-settings').textContent
);

(remote => {
  remote.openEarly = () => undefined;
  remote.address = () => {
    const url = new URL(remote.parameters.path, window.location.origin);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  };
  // a page that was loaded for no session waits for both: park.js
  remote.called = Promise.resolve(); // it is known which session shall be shown
  remote.adopted = Promise.resolve(); // and what belongs to it: its password, its layout
  if (!remote.worker) {
    return;
  }
  const worker = new Worker(remote.worker);
  let ready = false;
  remote.early = worker;
  remote.heard = [];
  remote.opened = false;
  remote.openEarly = () => {
    const seen = document.documentElement.clientWidth >= 16;
    if (ready && remote.parameters.path && seen && !remote.opened) {
      remote.opened = true;
      worker.postMessage({ c: 'o', u: remote.address() });
    }
  };
  worker.onmessage = ({ data }) => {
    remote.heard.push(data);
    if (data.c === 'r') {
      ready = true;
      remote.openEarly();
    }
  };
})(window.jupyterRemote);
