/* In the page's head, before any other script: the client's worker loads while the page does,
 * and connects when somebody looks. What it says is kept for the client.
 */
'use strict';

(remote => {
  if (!remote.worker) {
    return;
  }
  const worker = new Worker(remote.worker);
  remote.early = worker;
  remote.heard = [];
  remote.opened = false;
  worker.onmessage = ({ data }) => {
    remote.heard.push(data);
    if (data.c === 'r' && document.documentElement.clientWidth >= 16) {
      const url = new URL(remote.parameters.path, window.location.origin);
      url.protocol = url.protocol.replace('http', 'ws');
      remote.opened = true;
      worker.postMessage({ c: 'o', u: url.href });
    }
  };
})(window.jupyterRemote);
