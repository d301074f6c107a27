import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Freshness, ILogChunk, State } from './tokens';

/** What can be done with a job. */
export type JobAction = 'cancel' | 'delete' | 'hold' | 'release' | 'requeue';

/** What a backend can. */
export type JobAbility =
  | JobAction
  | 'change'
  | 'details'
  | 'submit'
  | 'test'
  | 'everybody'
  /** Jobs that have ended can be requeued too. */
  | 'requeue-ended';

/**
 * A job of the user on a backend, as it was last seen: an immutable record.
 *
 * Times are UTC, RFC 3339; `memory` is in bytes, `time_limit` in seconds.
 */
export interface IJob {
  readonly backend: string;
  readonly job_id: string;
  readonly name: string;
  readonly state: State;
  /** The backend's own word for the state. */
  readonly word: string;
  /** Why it is in this state, for people. */
  readonly reason: string;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly submitted: string | null;
  readonly started: string | null;
  readonly ended: string | null;
  /** When it is expected to start. */
  readonly starts: string | null;
  readonly memory: number | null;
  readonly user: string;
  /** Partition, queue or pool. */
  readonly partition: string;
  readonly account: string;
  readonly qos: string;
  /** The nodes, or how many are asked for. */
  readonly nodes: string;
  readonly cpus: number | null;
  readonly time_limit: number | null;
  /** Tasks of an array that this record stands for. */
  readonly tasks: number;
  /** Id of the array it belongs to; its own when it stands for the whole. */
  readonly array: string;
  /** How many tasks are in each state, of a record that stands for an array. */
  readonly counts: Readonly<Partial<Record<State, number>>> | null;
  /** How many of those tasks are known to have ended well. */
  readonly well: number | null;
  /** It waits because somebody holds it. */
  readonly held: boolean;
  /** The mark of the request that made it. */
  readonly tag: string;
  /** Its place in the queue where that is known; 1 is next. */
  readonly line: number | null;
  readonly folder: string;
  /** Id of our session that runs in it, or empty. */
  readonly session: string;
}

/** How well a backend is known. */
export interface IJobBackend {
  /** When it last answered. */
  readonly seen: string | null;
  /** Why it does not answer, in its words; empty: it does. */
  readonly silent: string;
  readonly can: readonly JobAbility[];
  /** Ends of the names of files that it takes as jobs. */
  readonly suffixes?: readonly string[];
}

/** A choice of a field; `note` says what speaks for it. */
export interface IChoice {
  readonly value: string;
  readonly label: string;
  readonly note: string;
}

/** A field of the form that a backend offers; `default` null: as the backend says. */
export interface IOfferField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'choice' | 'whole' | 'seconds' | 'bytes' | 'text' | 'switch';
  readonly caption: string;
  readonly default: JobOption | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly choices: readonly IChoice[];
}

/** A value of a field. */
export type JobOption = string | number | boolean;

/** Choices that are allowed together, and what then bounds numbers. */
export interface IAllowed {
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly most: Readonly<Record<string, number>>;
  readonly default: Readonly<Record<string, JobOption>>;
}

/** A choice that exists and that the user does not have, and why. */
export interface IMissing {
  readonly field: string;
  readonly value: string;
  readonly why: string;
}

/** What the user may ask a backend for. */
export interface IOffers {
  readonly available: boolean;
  readonly reason: string;
  readonly fields: readonly IOfferField[];
  /** All combinations; empty: any may be combined. */
  readonly allowed: readonly IAllowed[];
  readonly missing: readonly IMissing[];
  /** What a new script begins with. */
  readonly script: string;
  /** Ends of the names of files that can be submitted. */
  readonly suffixes: readonly string[];
}

/** A job to be submitted; `folder` as in Lab's file browser, or absolute. */
export interface IJobRequest {
  readonly backend: string;
  readonly script: string;
  readonly name?: string;
  readonly folder?: string;
  readonly options?: Readonly<Record<string, JobOption>>;
}

/** What would become of a job. */
export interface ITrial {
  readonly starts: string | null;
  readonly words: string;
}

/** A job that another one waits for, or that waits for it. */
export interface INeighbour {
  readonly job_id: string;
  readonly kind: string;
  readonly name: string;
  readonly state: string;
}

/** Figures of what was asked or used: bytes, seconds, counts. */
export type IFigures = Readonly<
  Partial<
    Record<'cpus' | 'nodes' | 'gpus' | 'memory' | 'time' | 'cpu_time', number>
  >
>;

/** One job in full; what its backend does not know is empty. */
export interface IJobDetails {
  readonly script: string;
  readonly command: string;
  readonly folder: string;
  /** Path of each stream. */
  readonly logs: Readonly<Partial<Record<JobStream, string>>>;
  readonly asked: IFigures;
  readonly used: IFigures;
  /** Used / asked, 0 to 1. */
  readonly efficiency: Readonly<
    Partial<Record<'cpu' | 'memory' | 'time', number>>
  >;
  readonly ending: string;
  readonly waits_for: readonly INeighbour[];
  readonly waited_for_by: readonly INeighbour[];
  readonly rows: Readonly<Record<string, string>>;
  /** What it was asked with, as a form of its backend is filled in with it. */
  readonly request?: Readonly<Record<string, unknown>>;
}

/** The record, null when the list has it no more, and the details. */
export interface IJobInFull {
  readonly job: IJob | null;
  readonly details: IJobDetails;
}

/** Jobs that ended, where they are known from, and who does not answer. */
export interface IEndedJobs {
  readonly jobs: readonly IJob[];
  readonly from: Readonly<Record<string, 'accounting' | 'own record'>>;
  readonly silent: Readonly<Record<string, string>>;
}

/** The jobs of all users, and why some backends show none. */
export interface IEverybodysJobs {
  readonly jobs: readonly IJob[];
  readonly silent: Readonly<Record<string, string>>;
}

/** A file that a job prints to. */
export type JobStream = 'stdout' | 'stderr';

/** When (ms since 1970) how many tasks ran and waited. */
export type ITrendPoint = readonly [number, number, number];

/** All jobs of the user: a mirror of the server's list and the requests to it. */
export interface IRemoteJobs {
  /** Emitted when the list, the backends or the freshness changed. */
  readonly changed: ISignal<IRemoteJobs, void>;
  /** Settles when the first listing was tried, which `open` begins. */
  readonly ready: Promise<void>;
  readonly freshness: Freshness;
  /** The server's words when `freshness` is `error`. */
  readonly problem: string;
  readonly all: readonly IJob[];
  readonly backends: ReadonlyMap<string, IJobBackend>;
  /** Paths of the top of Lab's file browser. */
  readonly roots: readonly string[];
  /** How many tasks ran and waited, oldest first. */
  readonly trend: readonly ITrendPoint[];
  /** The job with this key: `<backend>/<id>`. */
  get(key: string): IJob | undefined;
  /** Begin to list; only the first call counts. */
  open(): void;
  /** Somebody looks at the list, or only at its sum (`slow`): it is kept fresh for a while. */
  look(slow?: boolean): Promise<void>;
  act(job: IJob, action: JobAction): Promise<void>;
  change(
    job: IJob,
    options: Readonly<Record<string, JobOption>>
  ): Promise<void>;
  /** Answers the key of the new job. */
  submit(request: IJobRequest): Promise<string>;
  /** What would become of it. */
  test(request: IJobRequest): Promise<ITrial>;
  offers(backend: string): Promise<IOffers>;
  details(key: string): Promise<IJobInFull>;
  /** The tasks of the array with this key. */
  tasks(key: string): Promise<readonly IJob[]>;
  ended(days: number): Promise<IEndedJobs>;
  everybody(): Promise<IEverybodysJobs>;
  /** A negative `offset` counts from the end. */
  log(
    key: string,
    offset: number,
    limit: number,
    stream?: JobStream
  ): Promise<ILogChunk>;
  /** List again now; rejects with the server's words. */
  refresh(): Promise<void>;
}

/** The mirror of the user's jobs. */
export const IRemoteJobs = new Token<IRemoteJobs>(
  'jupyterlab-remote:IRemoteJobs',
  'The jobs of the user on all backends and the requests to the server.'
);
