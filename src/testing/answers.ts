import { ServerConnection } from '@jupyterlab/services';

import { errorOf } from '../lost';

/** A client whose requests are answered here. */
export function answers<C>(
  Client: new (settings: ServerConnection.ISettings) => C,
  body: BodyInit | null,
  init: ResponseInit = {}
): { client: C; requests: Request[] } {
  const requests: Request[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ada/',
    fetch: input => {
      requests.push(input as Request);
      return Promise.resolve(new Response(body, init));
    }
  });
  return { client: new Client(settings), requests };
}

/** The path of a request's URL. */
export function path(request?: Request): string {
  return new URL(request?.url ?? '').pathname;
}

/** An error in the words of our server. */
export function refused(words: string, status = 502): Promise<Error> {
  const body = JSON.stringify({ message: words, reason: 'unreachable' });
  return errorOf(new Response(body, { status }));
}
