"""The desk as this installation serves it."""

from __future__ import annotations

import gc
from typing import Any

from lachan.app.bootstrap import DEMO, LIVE, TRAINING, Application, clock
from lachan.app.demo_accounts import read_accounts
from lachan.app.training_door import FileDoor
from lachan.pipeline.training_pass import Arrivals
from review_ui import create_app
from review_ui.desk import DemoAccount, DemoInfo, Desk


def desk_app(application: Application, arrivals: Arrivals | None = None) -> Any:
    """The ASGI application over this data folder; `arrivals` where people come in from a live desk."""
    demo = None
    if application.kind == DEMO:
        accounts = read_accounts(application)
        demo = DemoInfo(tuple(DemoAccount(a.name, a.role, a.password, a.totp_secret) for a in accounts))
    app = create_app(
        Desk(
            database=application.database,
            accounts=application.accounts,
            review=application.review,
            speaker=application.speaker,
            clusters=application.clusters,
            floods=application.floods,
            oncall=application.oncall,
            alerts=application.alerts,
            protect=application.protect,
            directory=application.directory,
            clauses=application.clauses,
            notify=application.notify,
            appeals=application.appeals,
            public_reports=application.public_reports,
            sources=application.sources,
            search=application.search,
            publisher=application.publisher,
            places=application.places,
            reports=application.reports,
            letters=application.letters,
            letterhead=application.settings.letterhead,
            keys=application.keys,
            clock=clock,
            demo=demo,
            secure_cookies=application.settings.secure_cookies,
            training=application.kind == TRAINING,
            support=application.settings.support or "",
            sso=application.sso,
            training_door=FileDoor(application.settings.data, clock) if application.kind == LIVE else None,
            arrivals=arrivals,
        )
    )
    gc.freeze()  # what is loaded stays: else every so often one page waits a tenth of a second for its collection
    return app
