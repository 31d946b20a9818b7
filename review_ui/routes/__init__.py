"""One file a subject; each has a `router`. A new route needs its line in `permissions.ROUTES`."""

from review_ui.routes import (
    accounts,
    api,
    appeals,
    approval,
    audit,
    case,
    decision,
    notices,
    overview,
    protection,
    public,
    queues,
    reports,
    search,
    sign_in,
    sources,
    stop,
)

ROUTERS = tuple(
    module.router
    for module in (
        public,
        sign_in,
        overview,
        queues,
        case,
        decision,
        approval,
        protection,
        notices,
        appeals,
        search,
        reports,
        audit,
        sources,
        accounts,
        stop,
        api,
    )
)
