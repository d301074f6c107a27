import { ServerConnection } from '@jupyterlab/services';

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
