import type { IListing } from './client';
import { catchUp } from './mirror';
import type { IStep } from './mirror';
import type { ISession, ITransition } from './tokens';

/** Identity of the Jupyter event that carries a changed session. */
export const SESSION_SCHEMA =
  'https://schema.jupyter.org/jupyter_remote/session/v1';

/** A changed record and its number in the list's row of changes. */
export interface ISessionEvent extends ISession {
  readonly sequence: number;
  readonly purged: boolean;
}

/** What is known of the list; a value, never changed in place. */
export interface IStore {
  readonly sessions: ReadonlyMap<string, ISession>;
  readonly sequence: number;
}

/** Nothing known yet. */
export const EMPTY: IStore = { sessions: new Map(), sequence: -1 };

/** What the server lists. */
export function fromListing(listing: IListing): IStore {
  const sessions = new Map(listing.sessions.map(each => [each.id, each]));
  return { sessions, sequence: listing.sequence };
}

/** A record that came as the answer to a request: taken when it is newer. */
export function withRecord(store: IStore, record: ISession): IStore {
  const known = store.sessions.get(record.id);
  if (known && known.revision >= record.revision) {
    return store;
  }
  const sessions = new Map(store.sessions).set(record.id, record);
  return { ...store, sessions };
}

/** The list without one record. */
export function without(store: IStore, id: string): IStore {
  const sessions = new Map(store.sessions);
  sessions.delete(id);
  return { ...store, sessions };
}

/**
 * The list after an event. `complete` is false when events are missing in
 * between, or when the numbers started anew: then only a listing tells.
 */
export function withEvent(store: IStore, event: ISessionEvent): IStep<IStore> {
  if (event.sequence <= store.sequence) {
    return { store, complete: !surprises(store, event) };
  }
  const { sequence, purged, ...rest } = event;
  const changed = purged
    ? without(store, event.id)
    : withRecord(store, withoutEnvelope(rest));
  const complete = sequence === store.sequence + 1;
  return { store: { ...changed, sequence }, complete };
}

/** A listing, and the events that arrived while it was on its way. */
export function replay(
  listing: IListing,
  events: readonly ISessionEvent[]
): IStep<IStore> {
  return catchUp(fromListing(listing), events, withEvent);
}

/** What differs between two lists. A spare session begins when somebody takes it. */
export function transitions(before: IStore, after: IStore): ITransition[] {
  const found: ITransition[] = [];
  for (const [id, next] of after.sessions) {
    const previous = known(before, id);
    if (!next.spare && previous?.revision !== next.revision) {
      found.push({ previous, next });
    }
  }
  for (const id of before.sessions.keys()) {
    const previous = known(before, id);
    if (previous && !after.sessions.has(id)) {
      found.push({ previous, next: null });
    }
  }
  return found;
}

/** A record that is shown. */
function known({ sessions }: IStore, id: string): ISession | null {
  const session = sessions.get(id);
  return session && !session.spare ? session : null;
}

/** Whether an emission of Jupyter's event stream is one of ours. */
export function isSessionEvent(
  emission: Readonly<Record<string, unknown>>
): boolean {
  return (
    emission.schema_id === SESSION_SCHEMA &&
    typeof emission.id === 'string' &&
    typeof emission.revision === 'number' &&
    typeof emission.sequence === 'number'
  );
}

/** An old number with news in it: the server counts from the start again. */
function surprises(store: IStore, event: ISessionEvent): boolean {
  const known = store.sessions.get(event.id);
  return event.purged
    ? known !== undefined
    : known === undefined || known.revision < event.revision;
}

/** Without the fields that Jupyter's event bus adds. */
function withoutEnvelope(
  record: ISession & { schema_id?: string; schema_version?: string }
): ISession {
  const session: Record<string, unknown> = { ...record };
  for (const key of Object.keys(session)) {
    if (key.startsWith('__') || key.startsWith('schema_')) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete session[key];
    }
  }
  return session as unknown as ISession;
}
