import { Token } from '@lumino/coreutils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

/** State of a session; the words are the server's (`model.State`). */
export type State =
  | 'submitting'
  | 'queued'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'failed'
  | 'lost';

/**
 * An app running as a job that the user can open: an immutable record.
 *
 * Times are UTC, RFC 3339; `memory` is in bytes; a higher `revision` is newer.
 */
export interface ISession {
  readonly id: string;
  readonly name: string;
  readonly app: string;
  readonly backend: string;
  readonly state: State;
  readonly revision: number;
  readonly time: string;
  readonly created: string;
  readonly options: ReadonlyPartialJSONObject;
  readonly started: string | null;
  readonly ended: string | null;
  readonly seen: string | null;
  /** Why it is in this state, for people. */
  readonly reason: string;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly memory: number | null;
  /** Open connections, from any browser. */
  readonly clients: number;
  /** When the user last did something in it. */
  readonly activity: string | null;
  /** Kept ready by the server; not shown. */
  readonly spare: boolean;
}

/** What can run. */
export interface IAppInfo {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** SVG text or empty. */
  readonly icon: string;
  readonly opens: 'tab' | 'browser' | 'nothing';
  /** Whether the launcher has a card for it. */
  readonly launcher: boolean;
  /** Why it cannot be used here and how to install it; empty: it can. */
  readonly reason: string;
  /** JSON schema of `options`. */
  readonly options: ReadonlyPartialJSONObject;
}

/** A graphical program of the machine, from its desktop entry. */
export interface IProgram {
  readonly name: string;
  readonly title: string;
  readonly comment: string;
  readonly command: string | readonly string[];
  readonly categories: readonly string[];
}

/** What to start. */
export interface IStartRequest {
  readonly app: string;
  readonly backend?: string;
  readonly name?: string;
  readonly options?: ReadonlyPartialJSONObject;
}

/** Bytes `start` to `end` (exclusive) of a log that is `size` bytes long. */
export interface ILogChunk {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly size: number;
  /** Another one means that the log is another file. */
  readonly file: string;
}

/** A record that the server cannot read, so that it is not in the list. */
export interface IProblem {
  readonly id: string;
  /** What is wrong with it, for people. */
  readonly message: string;
}

/** How well the list is known. */
export type Freshness = 'loading' | 'fresh' | 'offline' | 'error';

/** A record before and after a change; `next` is null when it was forgotten. */
export interface ITransition {
  readonly previous: ISession | null;
  readonly next: ISession | null;
}

/** The sessions of the user: a mirror of the server's list and the requests to it. */
export interface IRemoteSessions {
  /** Emitted when the list, the apps or the freshness changed. */
  readonly changed: ISignal<IRemoteSessions, void>;
  /** Emitted once for every record that changed after the first listing. */
  readonly transition: ISignal<IRemoteSessions, ITransition>;
  /** Settles when the first listing was tried. */
  readonly ready: Promise<void>;
  readonly freshness: Freshness;
  /** The server's words when `freshness` is `error`. */
  readonly problem: string;
  /** All sessions, newest first, without spare ones. */
  readonly all: readonly ISession[];
  /** Those that the server keeps ready for whoever starts one of their kind next. */
  readonly spares: readonly ISession[];
  readonly apps: readonly IAppInfo[];
  /** Records that the server cannot read. */
  readonly problems: readonly IProblem[];
  get(id: string): ISession | undefined;
  app(name: string): IAppInfo | undefined;
  /** Whether this page asked that the session stops. */
  asked(id: string): boolean;
  /** Absolute URL at which the session's app is reached. */
  url(id: string): string;
  start(request: IStartRequest): Promise<ISession>;
  /** The user seems about to start a desktop with these options. */
  expect(options: IStartRequest['options']): Promise<void>;
  stop(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  /** Forget an ended session. */
  purge(id: string): Promise<void>;
  /** The user did something in it. */
  touch(id: string): void;
  /** A negative `offset` counts from the end. */
  log(id: string, offset: number, limit: number): Promise<ILogChunk>;
  programs(): Promise<IProgram[]>;
  /** List again now; rejects with the server's words. */
  refresh(): Promise<void>;
  refreshApps(): Promise<void>;
}

/** The mirror of the user's sessions. */
export const IRemoteSessions = new Token<IRemoteSessions>(
  'jupyterlab-remote:IRemoteSessions',
  'The sessions of jupyter_remote and the requests to the server.'
);

/** The tabs in which sessions are open in this page. */
export interface IRemoteTabs {
  /** Id of the session in the current tab of the main area, or empty. */
  readonly current: string;
  /** Emitted when `current` may have changed. */
  readonly currentChanged: ISignal<IRemoteTabs, void>;
  /** Id of the session in the tab with this DOM id, or empty. */
  sessionIn(tab: string): string;
  /** How many tabs of this page show the session. */
  count(id: string): number;
  /** Whether the user can see a tab of the session now. */
  visible(id: string): boolean;
}

/** Which sessions are open in tabs of this page. */
export const IRemoteTabs = new Token<IRemoteTabs>(
  'jupyterlab-remote:IRemoteTabs',
  'The tabs in which remote sessions are open in this page.'
);

/** Which jobs are told about. */
export type JobNotifications = 'mine' | 'marked' | 'none';

/** What the user chose in the settings of sessions and jobs. */
export interface IRemoteSettings extends IDisposable {
  readonly changed: ISignal<IRemoteSettings, void>;
  readonly confirmStop: 'always' | 'used' | 'never';
  readonly notifications: boolean;
  readonly jobNotifications: JobNotifications;
  /** Rejects when it cannot be stored. */
  setJobNotifications(value: JobNotifications): Promise<void>;
}

/** The settings of remote sessions. */
export const IRemoteSettings = new Token<IRemoteSettings>(
  'jupyterlab-remote:IRemoteSettings',
  'What the user chose in the settings of remote sessions.'
);

export * from './everesttokens';
export * from './jobtokens';
export * from './sharetokens';
