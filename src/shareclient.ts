import { ServerConnection } from '@jupyterlab/services';

import { RemoteClient } from './client';
import type {
  IDescription,
  IDifference,
  IReceived,
  IShare,
  IShareChange,
  IShareLimits,
  IShareRequest,
  ShareMode
} from './tokens';

/** The lists of shares and the number of the last change they contain. */
export interface IShareListing {
  readonly shares: readonly IShare[];
  readonly received: readonly IReceived[];
  readonly sequence: number;
  readonly mode: ShareMode;
  readonly why: string;
  readonly limits: IShareLimits;
}

/** The requests about shares; keeps nothing. */
export class ShareClient extends RemoteClient {
  async shares(): Promise<IShareListing> {
    return (await this._json('GET', 'shares')) as IShareListing;
  }

  async share(request: IShareRequest): Promise<IShare> {
    return (await this._json('POST', 'shares', request)) as IShare;
  }

  async change(id: string, change: IShareChange): Promise<IShare> {
    return (await this._json('PATCH', `shares/${id}`, change)) as IShare;
  }

  async update(id: string): Promise<IShare> {
    return (await this._json('POST', `shares/${id}/update`, {})) as IShare;
  }

  async revoke(id: string): Promise<void> {
    await this._request('DELETE', `shares/${id}`);
  }

  async forget(id: string): Promise<void> {
    await this._request('DELETE', `shares/${id}?forget=1`);
  }

  /** A zip file with the notebook and what it needs. */
  async bundle(path: string, outputs: boolean): Promise<Blob> {
    const body = { path, outputs };
    return (await this._request('POST', 'bundles', body)).blob();
  }

  /** What a link of this server, or of its hub's service, leads to. */
  async look(link: string): Promise<IDescription> {
    return (await this._json('POST', 'imports/look', { link })) as IDescription;
  }

  /** Copy it; `kernel`: name of the one that the copy shall name. */
  async copy(link: string, folder: string, kernel = ''): Promise<IReceived> {
    const body = { link, folder, ...(kernel && { kernel }) };
    return (await this._json('POST', 'imports', body)) as IReceived;
  }

  /** The user is told of these now: those of which no browser has told. */
  async told(ids: readonly string[]): Promise<readonly string[]> {
    const answer = await this._json('POST', 'imports/told', { ids });
    return (answer as { ids: string[] }).ids;
  }

  /** Put a notebook, or a bundle, that the browser has into the user's files. */
  async upload(
    what: Blob,
    {
      link = '',
      ...where
    }: {
      readonly folder: string;
      readonly name: string;
      readonly link?: string;
      readonly sender?: string;
      readonly revision?: string;
      /** Id of the copy that it shall lie beside. */
      readonly beside?: string;
    }
  ): Promise<IReceived> {
    const query = new URLSearchParams({ ...where }).toString();
    const path = `imports/upload?${query}`;
    // The link is a secret, and proxies log addresses.
    const from = link && { 'Share-Link': link };
    const response = await this._bytes('POST', path, what, from || {});
    return (await response.json()) as IReceived;
  }

  /** What is known of a copy, and whether there is a newer one. */
  async received(id: string): Promise<IReceived> {
    return (await this._json('GET', `imports/${id}`)) as IReceived;
  }

  /** Put the newest revision beside the copy. */
  async newer(id: string): Promise<IReceived> {
    const body = { how: 'second' };
    return (await this._json('POST', `imports/${id}/newer`, body)) as IReceived;
  }

  /** From the copy to the newest revision, or to what the browser has of it. */
  async difference(id: string, newest?: Blob): Promise<IDifference> {
    const path = `imports/${id}/difference`;
    return (
      newest
        ? await (await this._bytes('POST', path, newest)).json()
        : await this._json('GET', path)
    ) as IDifference;
  }

  /** Ask another server, which learns nothing of who asks. */
  async foreign(link: string, what: 'about' | 'notebook'): Promise<Response> {
    const init: RequestInit = {
      credentials: 'omit',
      mode: 'cors',
      referrerPolicy: 'no-referrer',
      cache: 'no-store'
    };
    const response = await fetch(`${link.replace(/\/$/, '')}/${what}`, init);
    if (!response.ok) {
      throw await ServerConnection.ResponseError.create(response);
    }
    return response;
  }
}
