import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Freshness } from './tokens';

/** How a share is: only an active one can be opened. */
export type ShareState = 'active' | 'expired' | 'revoked' | 'used';

/** What shares are kept by: a service of the hub, this server, nothing. */
export type ShareMode = 'hub' | 'local' | '';

/** A kernel, as a notebook names it. */
export interface IShareKernel {
  readonly name: string;
  readonly display_name: string;
  readonly language: string;
}

/** What a share carries beside the notebook. */
export interface IShareOptions {
  readonly kernel?: IShareKernel | null;
  /** Options a server was started with, such as its image. */
  readonly server?: Readonly<Record<string, unknown>>;
}

/**
 * A notebook that others may copy. Times are UTC, RFC 3339; `size` is in bytes.
 */
export interface IShare {
  readonly id: string;
  /** The notebook, as the file browser names it. */
  readonly path: string;
  readonly name: string;
  /** Absolute path on the server's origin; a secret, so events lack it. */
  readonly link: string;
  readonly mode: ShareMode;
  readonly state: ShareState;
  readonly created: string;
  readonly expires: string;
  /** Whether it ends when it was copied once. */
  readonly once: boolean;
  /** Who may open it; empty: everybody with the link. */
  readonly users: readonly string[];
  /** Whether saves of the notebook renew what is shared. */
  readonly follow: boolean;
  readonly outputs: boolean;
  readonly options: IShareOptions;
  readonly size: number;
  /** Grows by one whenever what is shared is renewed. */
  readonly revision: number;
  readonly updated: string;
  readonly uses: number;
  readonly last_used: string | null;
  /** Whether the file is another one than what is shared. */
  readonly changed: boolean;
  /** What is wrong with it, for people; or empty. */
  readonly problem: string;
  readonly time: string;
}

/** A shared notebook that the user copied, or may copy. */
export interface IReceived {
  readonly id: string;
  readonly link: string;
  /** The copy in the user's files; empty: none yet. */
  readonly path: string;
  readonly name: string;
  readonly sender: string;
  /** Revision of the copy. */
  readonly revision: number;
  /** The newest revision that is known. */
  readonly newest: number | null;
  /** Whether the user changed the copy. */
  readonly changed_here: boolean;
  readonly time: string;
  /** Whether the link no longer works. */
  readonly gone: boolean;
  /**
   * A share that names the user: `new` until some browser told of it, `told`
   * until the user looks at it.
   */
  readonly news: 'new' | 'told' | '';
}

/** What a link leads to. */
export interface IDescription {
  readonly name: string;
  readonly sender: string;
  readonly size: number;
  readonly revision: number;
  readonly updated: string;
  readonly expires: string;
  readonly once: boolean;
  readonly kernel: IShareKernel | null;
  /** Whether the kernel is there where this is asked; null: nobody knows. */
  readonly kernel_here: boolean | null;
  /** Kernels that can be used instead. */
  readonly kernels: readonly IShareKernel[];
  readonly options: IShareOptions;
  readonly outputs: boolean;
  readonly cells: number;
  /** Copies the user has of it. */
  readonly mine: readonly IReceived[];
}

/** What may be shared, and how. */
export interface IShareLimits {
  /** Longest life of a share, in seconds; null: any. */
  readonly expires_in: number | null;
  /** Largest notebook. */
  readonly bytes: number | null;
  /** Whether users can be named. */
  readonly users: boolean;
  /** What can be carried. */
  readonly options: IShareOptions;
}

/** What to share. */
export interface IShareRequest {
  readonly path: string;
  /** In seconds. */
  readonly expires_in: number;
  readonly once?: boolean;
  readonly users?: readonly string[];
  readonly follow?: boolean;
  readonly outputs?: boolean;
  readonly widgets?: boolean;
  /** `kernel`, and keys of options of the server. */
  readonly carry?: readonly string[];
}

/** What of a share can be changed. */
export type IShareChange = Partial<
  Pick<IShareRequest, 'expires_in' | 'users' | 'follow'>
>;

/** Base, and remote's difference from it, as nbdime has it. */
export interface IDifference {
  readonly base: unknown;
  readonly remote: unknown;
  readonly diff: unknown;
}

/** What the user shares and received: a mirror of the server's lists. */
export interface IRemoteShares {
  readonly changed: ISignal<IRemoteShares, void>;
  /** Settles when the first listing was tried. */
  readonly ready: Promise<void>;
  readonly freshness: Freshness;
  readonly problem: string;
  /** All shares, newest first. */
  readonly all: readonly IShare[];
  /** All copies of what others shared, newest first. */
  readonly received: readonly IReceived[];
  readonly mode: ShareMode;
  /** Why sharing is off, or what limits it, for people; or empty. */
  readonly why: string;
  readonly limits: IShareLimits;
  /** Begin to list; only the first call counts. */
  open(): void;
  get(id: string): IShare | undefined;
  share(request: IShareRequest): Promise<IShare>;
  change(id: string, change: IShareChange): Promise<IShare>;
  /** Share the notebook as it is now. */
  renew(id: string): Promise<IShare>;
  revoke(id: string): Promise<void>;
  /** Take a share that can no longer be opened off the list. */
  forget(id: string): Promise<void>;
  refresh(): Promise<void>;
}

/** The mirror of the user's shares. */
export const IRemoteShares = new Token<IRemoteShares>(
  'jupyterlab-remote:IRemoteShares',
  'The share links of jupyter_remote and the requests to the server.'
);
