import type { IRouter } from '@jupyterlab/application';

/** Parameter of Lab's URL that holds a link. */
const PARAMETER = 'jupyter-remote-share';

/** The link in a location, and the location without it. */
export function parseShareRoute(
  location: Pick<IRouter.ILocation, 'path' | 'search' | 'hash'>
): { link: string; rest: string } {
  const { path, search, hash } = location;
  const query = new URLSearchParams(search ?? '');
  const link = query.get(PARAMETER) ?? '';
  query.delete(PARAMETER);
  const others = query.toString();
  return { link, rest: path + (others && `?${others}`) + hash };
}
