import type { TranslationBundle } from '@jupyterlab/translation';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { LogModel } from '../logmodel';
import type { IMatch } from '../logtext';
import { matchesIn } from '../logtext';
import type { ILogActions } from './logbar';
import { LogBar, SearchBar } from './logbar';
import { LogBlock } from './logtext';

/** The log of a session or job: its end first, growing while it runs. */
export class LogView extends VDomRenderer<LogModel> {
  constructor(
    model: LogModel,
    private readonly _actions: (model: LogModel) => ILogActions,
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

  protected override onActivateRequest(msg: Message): void {
    super.onActivateRequest(msg);
    this.node.querySelector<HTMLElement>('.jp-RemoteLog-text')?.focus();
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
    const { model, _trans: trans } = this;
    return <Log model={model} actions={this._actions(model)} trans={trans} />;
  }
}

interface ILogProps {
  readonly model: LogModel;
  readonly actions: ILogActions;
  readonly trans: TranslationBundle;
}

const NONE: readonly IMatch[] = [];

function Log({ model, actions, trans }: ILogProps): React.JSX.Element {
  const [follow, setFollow] = React.useState(true);
  const [wrap, setWrap] = React.useState(true);
  const [searching, setSearching] = React.useState(false);
  const search = useSearch(model, searching);
  const box = React.useRef<HTMLDivElement>(null);
  const { blocks } = model;
  React.useLayoutEffect(() => {
    if (follow && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  });
  React.useEffect(() => {
    const mark = box.current?.querySelector('mark[data-current]');
    mark?.scrollIntoView({ block: 'center' });
  }, [search.current]);
  const close = () => {
    setSearching(false);
    box.current?.focus();
  };
  return (
    <div
      className="jp-RemoteLog-root"
      onKeyDown={event => {
        const control = event.ctrlKey || event.metaKey;
        if (control && !event.altKey && event.key === 'f') {
          event.preventDefault();
          event.stopPropagation();
          setSearching(true);
        }
      }}
    >
      <LogBar
        {...{ model, actions, trans, follow, setFollow, wrap, setWrap }}
        {...{ searching, setSearching }}
      />
      {searching && (
        <SearchBar
          {...search}
          go={by => {
            setFollow(false);
            search.go(by);
          }}
          {...{ close, trans }}
        />
      )}
      <div
        ref={box}
        className="jp-RenderedText jp-RemoteLog-text"
        data-wrap={wrap}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={trans.__('Log of %1', model.name)}
        onScroll={event => {
          setFollow(atEnd(event.currentTarget));
        }}
      >
        {blocks.length > 0 ? (
          <pre>
            {blocks.map((block, index) => (
              <LogBlock
                key={block.key}
                block={block}
                found={search.in.get(index) ?? NONE}
                current={search.current}
              />
            ))}
          </pre>
        ) : (
          <p>{emptyWords(model, trans)}</p>
        )}
      </div>
    </div>
  );
}

/** What stands there instead of text; of a problem the bar tells. */
function emptyWords(model: LogModel, trans: TranslationBundle): string {
  if (model.read) {
    return trans.__('The log is empty.');
  }
  return model.problem ? '' : trans.__('Loading…');
}

/** What is searched, what was found, and where the user is. */
function useSearch(model: LogModel, searching: boolean) {
  const [wanted, setWanted] = React.useState('');
  const [chosen, setAt] = React.useState(0);
  const { blocks } = model;
  const found = React.useMemo(
    () => (searching ? matchesIn(blocks, wanted) : NONE),
    [blocks, wanted, searching]
  );
  const inBlocks = React.useMemo(() => {
    const map = new Map<number, IMatch[]>();
    for (const match of found) {
      map.set(match.block, [...(map.get(match.block) ?? []), match]);
    }
    return map;
  }, [found]);
  const count = found.length;
  const at = Math.min(chosen, Math.max(0, count - 1));
  return {
    wanted,
    setWanted: (words: string) => {
      setWanted(words);
      setAt(0);
    },
    count,
    at,
    in: inBlocks,
    current: found[at],
    go: (by: number) => {
      setAt(count === 0 ? 0 : (at + by + count) % count);
    }
  };
}

/** Scrolled to the end, give or take a line. */
function atEnd(node: HTMLElement): boolean {
  return node.scrollHeight - node.scrollTop - node.clientHeight < 24;
}
