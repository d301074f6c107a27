import * as React from 'react';

import { fullSentence } from '../format';
import type { IEverestAppRow } from '../tokens';
import type { IAppsProps } from './everesttab';
import { Filter } from './filter';
import { Trouble } from './trouble';

/** The applications of the account, and a search. */
export function AppList(props: IAppsProps): React.JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jp-RemoteApps-side">
      <p className="jp-RemoteApps-account" title={model.account?.url}>
        {model.server}
      </p>
      <Filter
        wanted={model.search}
        setWanted={search => {
          model.setSearch(search);
        }}
        label={trans.__('Search applications by name')}
        placeholder={trans.__('Search by name')}
        trans={trans}
      />
      <Problem {...props} />
      <Found {...props} />
    </div>
  );
}

function Found({ model, trans }: IAppsProps): React.JSX.Element | null {
  const { apps, problem, search } = model;
  if (!apps) {
    return problem ? null : (
      <p className="jp-RemoteNote" role="status">
        {trans.__('Asking the server…')}
      </p>
    );
  }
  if (apps.length === 0) {
    return (
      <p className="jp-RemoteNote" role="status">
        {search.trim()
          ? trans.__('No application has this in its name.')
          : trans.__('This server shows you no application.')}
      </p>
    );
  }
  return (
    <ul className="jp-RemoteApps-list" aria-label={trans.__('Applications')}>
      {apps.map(app => (
        <Row
          key={app.id || app.alias}
          app={app}
          chosen={
            model.chosen !== '' && [app.alias, app.id].includes(model.chosen)
          }
          choose={() => void model.choose(app.alias || app.id)}
        />
      ))}
    </ul>
  );
}

function Row(props: {
  readonly app: IEverestAppRow;
  readonly chosen: boolean;
  readonly choose: () => void;
}): React.JSX.Element {
  const { app, chosen, choose } = props;
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={choose}>
        <span>{app.name || app.alias}</span>
        {app.annotation && <small>{app.annotation}</small>}
        {app.alias && <code>{app.alias}</code>}
      </button>
    </li>
  );
}

function Problem(props: IAppsProps): React.JSX.Element | null {
  const { model, actions, trans } = props;
  if (!model.gone) {
    const freshness = model.problem ? 'error' : 'fresh';
    return (
      <Trouble
        list={{ freshness, problem: fullSentence(model.problem) }}
        retry={() => void model.load()}
        trans={trans}
      />
    );
  }
  return (
    <div className="jp-RemoteNote" role="alert">
      <p>{trans.__('There is no account %1 any more.', model.server)}</p>
      <button
        type="button"
        className="jp-mod-styled"
        onClick={actions.addAccount}
      >
        {trans.__('Add Account')}
      </button>
    </div>
  );
}
