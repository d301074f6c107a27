import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Freshness } from './tokens';

/**
 * An account on an Everest server, without its token. Times are UTC, RFC 3339.
 */
export interface IEverestAccount {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  /** Of the token. */
  readonly label: string;
  readonly created: string;
  /** When the token ends; null: not known. */
  readonly expires: string | null;
  /** Seconds that were left when the server told it, by its clock; null: not known. */
  readonly left: number | null;
  /** When the token ends by this browser's clock, in ms; null: not known. */
  readonly ends: number | null;
  readonly scheme: 'bearer' | 'cookie';
  /** Where the token is; that of the environment stays as it is. */
  readonly kept: 'keyring' | 'file' | 'environment';
  /** A sentence when the token ends soon or has ended, or empty. */
  readonly warning: string;
  /** A sentence when server or token cannot be used; only after a check. */
  readonly wrong?: string;
  /** Code of what is wrong; `everest-login`: the token. */
  readonly reason?: string;
  /** Name of the backend of its jobs. */
  readonly backend: string;
}

/** What a token is asked with: either itself, or a password it is given for. */
export interface IEverestLogin {
  readonly token?: string;
  readonly username?: string;
  /** Goes to the server once, is kept nowhere. */
  readonly password?: string;
  /** What the token is called on the server. */
  readonly label?: string;
  /** Of the token, in seconds. */
  readonly lifetime?: number;
}

/** An account that is to be added. */
export interface IEverestAddition extends IEverestLogin {
  readonly url: string;
  /** What it is called here; without it made of user and address. */
  readonly name?: string;
}

/** An application in a list. */
export interface IEverestAppRow {
  readonly id: string;
  /** `owner/name`, or empty. */
  readonly alias: string;
  readonly name: string;
  /** What it does, in a line. */
  readonly annotation: string;
}

/** An input or output of an application. */
export interface IEverestPort {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** string, number, integer, boolean, array, object, or a word of the server. */
  readonly type: string;
  /** Type of what an array has, or empty. */
  readonly items: string;
  /** Whether it is a file, or an array of files. */
  readonly file: boolean;
  readonly required: boolean;
  /** Whether its value is not for everybody's eyes. */
  readonly secret: boolean;
  /** The values that are allowed; null: all of the type. */
  readonly enum: readonly unknown[] | null;
  /** Null: none. */
  readonly default: unknown;
  /** The values that what an array has may have; null: all of the type. */
  readonly items_enum?: readonly unknown[] | null;
  /** minimum, maximum, minLength, maxLength, pattern, as in JSON Schema. */
  readonly limits?: Readonly<Record<string, unknown>>;
}

/** A machine, or a pool of them, that may run jobs. */
export interface IEverestResource {
  readonly id: string;
  readonly name: string;
}

/** What a job asks of the machine that runs it. */
export interface IEverestRequirement {
  readonly name: string;
  /** Null: none. */
  readonly default: unknown;
}

/** An application in full. */
export interface IEverestApp extends IEverestAppRow {
  /** Markdown. */
  readonly description: string;
  readonly inputs: readonly IEverestPort[];
  readonly outputs: readonly IEverestPort[];
  /** Those that are known; there may be more. */
  readonly resources?: readonly IEverestResource[];
  readonly requirements?: readonly IEverestRequirement[];
}

/** An output of a job: a value, or a file that is on the server. */
export interface IEverestOutput {
  readonly name: string;
  /** Of one that is no file. */
  readonly value?: unknown;
  /** Of a file; as it is given to another job as an input. */
  readonly uri?: string;
  /** Name of the file. */
  readonly file?: string;
  /** Bytes of the file; null: the server does not say. */
  readonly size?: number | null;
}

/** A file that is on the server, as an input; `name` is shown. */
export interface IEverestFile {
  readonly uri: string;
  readonly name: string;
}

export type TransferState = 'running' | 'done' | 'failed' | 'cancelled';

/** Bytes on their way; `R` is what there is when it is done. */
export interface ITransfer<R = unknown> {
  readonly id: string;
  readonly name: string;
  readonly state: TransferState;
  /** Bytes. */
  readonly done: number;
  /** Bytes; -1: not known. */
  readonly total: number;
  /** Null until it is done. */
  readonly result: R | null;
  readonly error: string;
  /** Code of the error, or empty. */
  readonly reason?: string;
  /** Of a sweep: packing, sending or submitting, which cannot be ended. */
  readonly step?: string;
}

/** The values of a parameter: all of them, or numbers at equal distance. */
export type ISweepValues =
  | readonly (string | number)[]
  | { readonly from: number; readonly to: number; readonly step?: number };

/** A command that is to run for all combinations of values. */
export interface ISweepRequest {
  /** One line; `${name}` is a parameter. */
  readonly command: string;
  readonly parameters: Readonly<Record<string, ISweepValues>>;
  /** Names of the files that each task needs. */
  readonly input_files?: readonly string[];
  /** Without it stdout and stderr. */
  readonly output_files?: readonly string[];
  /** Files of the file browser that are sent. */
  readonly files?: readonly string[];
  readonly name?: string;
  /** The server's application for sweeps. */
  readonly app?: string;
  readonly resources?: readonly string[];
}

/** What a sweep would be. */
export interface ISweepTrial {
  readonly tasks: number;
  /** The plan, as the platform reads it. */
  readonly plan: string;
}

/** Where the job of a sweep is. */
export interface ISweepJob {
  readonly backend: string;
  readonly job_id: string;
  readonly tasks: number;
}

/** The results of a sweep, unpacked. */
export interface ISweepTable {
  /** Below it each task has a folder. */
  readonly folder: string;
  /** How many tasks have results. */
  readonly tasks: number;
  /** How many rows there are. */
  readonly listed: number;
  /** A row a task; of many only the first ones. An output that is null was not left. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The accounts on Everest servers: a mirror of the server's list. */
export interface IRemoteEverest {
  readonly changed: ISignal<IRemoteEverest, void>;
  /** Settles when the first listing was tried. */
  readonly ready: Promise<void>;
  readonly freshness: Freshness;
  readonly problem: string;
  /** All accounts, by name. */
  readonly accounts: readonly IEverestAccount[];
  /** Begin to list; only the first call counts. */
  open(): void;
  get(name: string): IEverestAccount | undefined;
  /** The account whose jobs a backend has. */
  of(backend: string): IEverestAccount | undefined;
  add(account: IEverestAddition): Promise<IEverestAccount>;
  renew(name: string, login: IEverestLogin): Promise<IEverestAccount>;
  /** `revoke`: and make its token worthless. Answers why it is not, or empty. */
  forget(name: string, revoke: boolean): Promise<string>;
  /** List again; another page or a notebook may have added one. */
  list(): Promise<void>;
  /** List again, and ask every server whether its token works. */
  refresh(): Promise<void>;
}

/** The mirror of the accounts on Everest servers. */
export const IRemoteEverest = new Token<IRemoteEverest>(
  'jupyterlab-remote:IRemoteEverest',
  'The accounts on Everest servers and the requests to the server.'
);
