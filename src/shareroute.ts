import type { IRouter } from '@jupyterlab/application';

/** Parameter in the fragment of Lab's URL, or in its query, that holds a link. */
const PARAMETER = 'jupyter-remote-share';

/** The link in a location, and the location without it. */
export function parseShareRoute(
  location: Pick<IRouter.ILocation, 'path' | 'search' | 'hash'>
): { link: string; rest: string } {
  const { path, search, hash } = location;
  const query = taken(search ?? '', '?');
  const fragment = taken(hash, '#');
  const link = fragment.link || query.link;
  return { link, rest: path + query.rest + fragment.rest };
}

/**
 * The address that people mean who paste a link: without what mail programs
 * add to it, and out of Lab's own address; null: it is no link at all.
 */
export function linkAddress(link: string, page: string): URL | null {
  if (!/^\s*(\/|[a-z][a-z0-9+.-]*:)/i.test(link)) {
    return null;
  }
  try {
    const outer = new URL(link, page);
    const { search, hash } = outer;
    const inner = parseShareRoute({ path: '', search, hash }).link;
    const address = inner ? new URL(inner, outer) : outer;
    address.search = '';
    address.hash = '';
    return address;
  } catch {
    return null;
  }
}

/** The link in one part of a URL, and that part without it; others stay as they are written. */
function taken(part: string, mark: '?' | '#'): { link: string; rest: string } {
  const held = new URLSearchParams(part.slice(mark.length));
  if (!held.has(PARAMETER)) {
    return { link: '', rest: part };
  }
  const link = held.get(PARAMETER) ?? '';
  held.delete(PARAMETER);
  const others = held.toString();
  return { link, rest: others && mark + others };
}
