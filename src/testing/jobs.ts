import type { Event } from '@jupyterlab/services';
import { Signal, Stream } from '@lumino/signaling';

import type { IJobListing, JobClient } from '../jobclient';
import { Jobs } from '../jobs';
import type { IJobEvent } from '../jobstore';
import { JOB_SCHEMA } from '../jobstore';
import type { IJob, IRemoteSessions, ISession } from '../tokens';
import { toTable } from './samples';

/** When the backend was seen. */
export const SEEN: string | null = '2026-11-21T10:00:00.000Z';

/** A mirror on a list that the test writes. */
export function mirror(listed: IJob[]) {
  const listing: IJobListing = {
    jobs: listed,
    sequence: 5,
    trend: [],
    roots: [],
    backends: { slurm: { seen: SEEN, silent: '', can: ['hold'] } }
  };
  const client = {
    jobs: jest.fn(() => Promise.resolve(listing)),
    look: jest.fn(() =>
      Promise.resolve({ sequence: 5, backends: listing.backends })
    ),
    act: jest.fn(() => Promise.resolve()),
    jobLog: jest.fn(() => Promise.resolve())
  };
  const stream = new Stream<Event.IManager, Event.Emission>(
    {} as Event.IManager
  );
  const names = new Map<string, ISession>();
  const sessions = {
    changed: new Signal<IRemoteSessions, void>({} as IRemoteSessions),
    get: (id: string) => names.get(id)
  };
  const jobs = new Jobs({
    sessions,
    client: client as unknown as JobClient,
    events: { stream } as unknown as Event.IManager
  });
  const emit = (changes: Partial<IJobEvent>) => {
    const changed = toTable(changes.changed ?? []);
    stream.emit({ ...event(changes), changed } as unknown as Event.Emission);
  };
  const rename = (session: ISession) => {
    names.set(session.id, session);
    sessions.changed.emit();
  };
  return { jobs, client, emit, rename };
}

/** An event as the server emits it, with changes. */
export function event(changes: Partial<IJobEvent>): Record<string, unknown> {
  return {
    schema_id: JOB_SCHEMA,
    sequence: 6,
    backend: 'slurm',
    changed: toTable([]),
    gone: [],
    seen: null,
    silent: '',
    ...changes
  };
}
