import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { bytes, stateWord } from '../format';
import type { LogModel } from '../logmodel';

/** The log of a session or job: its end first, growing while it runs. */
export class LogView extends VDomRenderer<LogModel> {
  constructor(
    model: LogModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('jp-RemoteLog');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.model.paused = false;
    this.model.refresh();
  }

  protected override onBeforeHide(msg: Message): void {
    this.model.paused = true;
    super.onBeforeHide(msg);
  }

  protected override render(): React.JSX.Element {
    return <Log model={this.model} trans={this._trans} />;
  }
}

interface ILogProps {
  readonly model: LogModel;
  readonly trans: TranslationBundle;
}

function Log({ model, trans }: ILogProps): React.JSX.Element {
  const [follow, setFollow] = React.useState(true);
  const box = React.useRef<HTMLPreElement>(null);
  React.useLayoutEffect(() => {
    if (follow && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  });
  return (
    <>
      <Bar model={model} trans={trans} follow={follow} setFollow={setFollow} />
      <pre
        ref={box}
        className="jp-RemoteLog-text"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={trans.__('Log of %1', model.name)}
        onScroll={event => {
          setFollow(atEnd(event.currentTarget));
        }}
      >
        {model.text || trans.__('The log is empty.')}
      </pre>
    </>
  );
}

interface IBarProps extends ILogProps {
  readonly follow: boolean;
  readonly setFollow: (follow: boolean) => void;
}

function Bar(props: IBarProps): React.JSX.Element {
  const { model, trans, follow, setFollow } = props;
  return (
    <div className="jp-RemoteLog-bar">
      <span data-state={model.state}>{stateWord(model.state, trans)}</span>
      <label>
        <input
          type="checkbox"
          checked={follow}
          onChange={event => {
            setFollow(event.target.checked);
          }}
        />
        {trans.__('Follow')}
      </label>
      <Buttons model={model} trans={trans} />
      {model.problem && <span role="alert">{model.problem}</span>}
    </div>
  );
}

function Buttons({ model, trans }: ILogProps): React.JSX.Element {
  return (
    <>
      <button
        className="jp-mod-styled"
        onClick={() => void navigator.clipboard.writeText(model.text)}
      >
        {trans.__('Copy')}
      </button>
      {model.earlier > 0 && (
        <button
          className="jp-mod-styled"
          onClick={() => void model.readEarlier()}
        >
          {trans.__('Show Earlier (%1)', bytes(model.earlier))}
        </button>
      )}
    </>
  );
}

/** Scrolled to the end, give or take a line. */
function atEnd(node: HTMLElement): boolean {
  return node.scrollHeight - node.scrollTop - node.clientHeight < 24;
}
