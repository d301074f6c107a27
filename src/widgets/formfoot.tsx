import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Failure } from './failure';

/** What all forms have below their fields. */
export interface IFormFootProps {
  /** Null: nothing failed. */
  readonly failure: { readonly words: string; readonly lost: boolean } | null;
  /** What did not happen. */
  readonly failed?: string;
  readonly showJobs: () => void;
  /** What came of the last request, or will come of the next one. */
  readonly outcome: React.ReactNode;
  /** What stands between it and the buttons. */
  readonly between?: React.ReactNode;
  /** What the button that submits says now. */
  readonly label: string;
  readonly busy: boolean;
  /** Why it cannot be submitted at all, so that the button is disabled. */
  readonly hindrance?: string;
  /** Ends what is on its way; null: that cannot be ended. */
  readonly cancel?: (() => void) | null;
  /** More buttons. */
  readonly more?: React.ReactNode;
  readonly model: IResets;
  /** What *Reset* does. */
  readonly resets: string;
  readonly trans: TranslationBundle;
}

/** A form that can be emptied, and filled in again. */
export interface IResets {
  readonly canUndo: boolean;
  reset(): void;
  /** What stood there before it was emptied. */
  undo(): void;
}

/** What came of the last request, and the buttons. */
export function FormFoot(props: IFormFootProps): React.JSX.Element {
  const { failure, failed, showJobs, outcome, between, trans } = props;
  return (
    <div className="jp-RemoteSubmit-foot">
      <Failure
        failure={failure}
        title={failed ?? trans.__('It was not submitted.')}
        showJobs={showJobs}
        trans={trans}
      />
      <div role="status" className="jp-RemoteSubmit-status">
        {outcome}
      </div>
      {between}
      <div className="jp-RemoteSubmit-buttons">
        <SubmitButton {...props} />
        {props.cancel && (
          <button
            type="button"
            className="jp-mod-styled"
            onClick={props.cancel}
          >
            {trans.__('Cancel')}
          </button>
        )}
        {props.more}
        <Reset {...props} />
      </div>
    </div>
  );
}

function SubmitButton(props: IFormFootProps): React.JSX.Element {
  const { label, busy, hindrance = '', trans } = props;
  return (
    <button
      type="submit"
      className="jp-mod-styled jp-mod-accept"
      disabled={hindrance !== ''}
      // One that is disabled while it is asked would lose the keyboard.
      aria-disabled={busy}
      title={hindrance || trans.__('Submit (Ctrl+Enter)')}
    >
      {label}
    </button>
  );
}

function Reset(props: IFormFootProps): React.JSX.Element {
  const { model, busy, resets, trans } = props;
  return (
    <>
      <button
        type="button"
        className="jp-mod-styled"
        disabled={busy}
        title={resets}
        onClick={() => {
          model.reset();
        }}
      >
        {trans.__('Reset')}
      </button>
      {model.canUndo && (
        <button
          type="button"
          className="jp-mod-styled"
          disabled={busy}
          title={trans.__('Bring back what stood here')}
          onClick={() => {
            model.undo();
          }}
        >
          {trans.__('Undo Reset')}
        </button>
      )}
    </>
  );
}
