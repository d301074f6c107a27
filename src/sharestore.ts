import type { IStep } from './mirror';
import type { IShareListing } from './shareclient';
import type { IReceived, IShare, IShareLimits, ShareMode } from './tokens';

/** Identity of the Jupyter event that carries a changed share. */
export const SHARE_SCHEMA =
  'https://schema.jupyter.org/jupyter_remote/share/v1';

/** A changed record without its link, and its place in the row of changes. */
export interface IShareEvent extends Omit<IShare, 'link'> {
  readonly sequence: number;
  /** Whether the record exists no more. */
  readonly forgotten?: boolean;
}

/** What is known of the lists; a value, never changed in place. */
export interface IShareStore {
  readonly shares: ReadonlyMap<string, IShare>;
  readonly received: readonly IReceived[];
  readonly sequence: number;
  readonly mode: ShareMode;
  readonly why: string;
  readonly limits: IShareLimits;
}

/** Nothing known yet. */
export const NO_SHARES: IShareStore = {
  shares: new Map(),
  received: [],
  sequence: -1,
  mode: '',
  why: '',
  limits: { expires_in: null, bytes: null, users: false, options: {} }
};

/** What the server lists. */
export function fromShareListing(listing: IShareListing): IShareStore {
  const { shares, ...rest } = listing;
  return { ...rest, shares: new Map(shares.map(each => [each.id, each])) };
}

/** The list with a record that came as the answer to a request. */
export function withShare(store: IShareStore, share: IShare): IShareStore {
  const known = store.shares.get(share.id);
  if (known && known.time > share.time) {
    return store;
  }
  return { ...store, shares: new Map(store.shares).set(share.id, share) };
}

/** The list without one record. */
export function withoutShare(store: IShareStore, id: string): IShareStore {
  const shares = new Map(store.shares);
  shares.delete(id);
  return { ...store, shares };
}

/** The list after an event; of a new share only a listing tells the link. */
export function withShareEvent(
  store: IShareStore,
  event: IShareEvent
): IStep<IShareStore> {
  const { sequence, forgotten, ...record } = event;
  if (sequence <= store.sequence) {
    return { store, complete: true };
  }
  const link = store.shares.get(event.id)?.link;
  const next = sequence === store.sequence + 1;
  if (forgotten) {
    return {
      store: { ...withoutShare(store, event.id), sequence },
      complete: next
    };
  }
  if (link === undefined) {
    return { store: { ...store, sequence }, complete: false };
  }
  const changed = withShare(store, { ...plain(record), link });
  return { store: { ...changed, sequence }, complete: next };
}

/** The event in an emission of Jupyter's event stream, or null. */
export function shareEvent(
  emission: Readonly<Record<string, unknown>>
): IShareEvent | null {
  const ours =
    emission.schema_id === SHARE_SCHEMA &&
    typeof emission.id === 'string' &&
    typeof emission.sequence === 'number';
  return ours ? (emission as unknown as IShareEvent) : null;
}

/** Without the fields that Jupyter's event bus adds. */
function plain<T extends object>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).filter(
      ([key]) => !key.startsWith('__') && !key.startsWith('schema_')
    )
  ) as T;
}
