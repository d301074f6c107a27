import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { bytes, stateWord } from '../format';
import type { LogModel } from '../logmodel';
import { MOST } from '../logtext';

/** What the user can do with a log besides reading it. */
export interface ILogActions {
  readonly copy: (text: string) => void;
  readonly download: () => void;
  /** Undefined: the log does not lie where Lab sees it. */
  readonly open?: () => void;
}

/** How the text is shown. */
export interface ILogView {
  readonly follow: boolean;
  readonly setFollow: (follow: boolean) => void;
  readonly wrap: boolean;
  readonly setWrap: (wrap: boolean) => void;
  readonly searching: boolean;
  readonly setSearching: (searching: boolean) => void;
}

interface IBarProps extends ILogView {
  readonly model: LogModel;
  readonly actions: ILogActions;
  readonly trans: TranslationBundle;
}

/** What stands above a log. */
export function LogBar(props: IBarProps): React.JSX.Element {
  const { model, actions, trans } = props;
  const button = (label: string, click: () => void, pressed?: boolean) => (
    <button
      className="jp-mod-styled"
      aria-pressed={pressed}
      onClick={() => {
        click();
      }}
    >
      {label}
    </button>
  );
  return (
    <div className="jp-RemoteLog-bar">
      {model.state && (
        <span data-state={model.state}>{stateWord(model.state, trans)}</span>
      )}
      {(model.errors || model.stream === 'stderr') && <Streams {...props} />}
      <Toggle
        label={trans.__('Follow')}
        on={props.follow}
        set={props.setFollow}
      />
      <Toggle label={trans.__('Wrap')} on={props.wrap} set={props.setWrap} />
      {button(
        trans.__('Search'),
        () => {
          props.setSearching(!props.searching);
        },
        props.searching
      )}
      {button(trans.__('Copy'), () => {
        actions.copy(model.text);
      })}
      {button(trans.__('Download'), actions.download)}
      {actions.open && button(trans.__('Open in Editor'), actions.open)}
      {model.earlier > 0 &&
        button(
          trans.__('Show Earlier (%1)', bytes(model.earlier)),
          () => void model.readEarlier().catch(() => undefined)
        )}
      {model.replaced && (
        <span role="status">
          {trans.__('The log was replaced; this is the new one.')}
        </span>
      )}
      {model.vanished && (
        <span role="status">
          {trans.__('The log is gone; this is what was read of it.')}
        </span>
      )}
      {model.problem && <span role="alert">{model.problem}</span>}
    </div>
  );
}

function Toggle(props: {
  readonly label: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}): React.JSX.Element {
  const { label, on, set } = props;
  return (
    <label>
      <input
        type="checkbox"
        checked={on}
        onChange={event => {
          set(event.target.checked);
        }}
      />
      {label}
    </label>
  );
}

/** What the job prints, or its errors. */
function Streams({ model, trans }: IBarProps): React.JSX.Element {
  const choice = (stream: typeof model.stream, label: string) => (
    <button
      className="jp-mod-styled"
      aria-pressed={model.stream === stream}
      onClick={() => {
        if (model.stream !== stream) {
          model.stream = stream;
        }
      }}
    >
      {label}
    </button>
  );
  return (
    <span
      className="jp-RemoteJobs-whose"
      role="group"
      aria-label={trans.__('Output')}
    >
      {choice('stdout', trans.__('Output'))}
      {choice('stderr', trans.__('Errors'))}
    </span>
  );
}

/** The line in which words are searched. */
export function SearchBar(props: {
  readonly wanted: string;
  readonly setWanted: (wanted: string) => void;
  readonly count: number;
  /** Which of them the user is at. */
  readonly at: number;
  readonly go: (by: number) => void;
  readonly close: () => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { wanted, setWanted, count, at, go, close, trans } = props;
  const all = count === MOST ? `${count}+` : `${count}`;
  return (
    <div className="jp-RemoteLog-search" role="search">
      <input
        type="search"
        className="jp-mod-styled"
        autoFocus
        value={wanted}
        aria-label={trans.__('Search in the log')}
        placeholder={trans.__('Search in what is shown')}
        onChange={event => {
          setWanted(event.target.value);
        }}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            go(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            close();
          }
        }}
      />
      <span role="status">
        {wanted === ''
          ? ''
          : count === 0
            ? trans.__('Nothing found')
            : trans.__('%1 of %2', at + 1, all)}
      </span>
      <button
        className="jp-mod-styled"
        disabled={count === 0}
        onClick={() => {
          go(-1);
        }}
      >
        {trans.__('Previous')}
      </button>
      <button
        className="jp-mod-styled"
        disabled={count === 0}
        onClick={() => {
          go(1);
        }}
      >
        {trans.__('Next')}
      </button>
    </div>
  );
}
