"""The seam: what the use cases need from the world.

`Database.write()` is the unit of work and the only commit: it commits when its block ends well and rolls back
when it raises. `Database.read()` never writes. Stores return frozen domain values and raise only domain
errors. Everything that is text, URL or contact is sealed at rest; stores take and return it in clear.
All datetimes are aware; stores keep UTC.

keys.py       time and keys
reading.py    sources, the frontier, the inbox, and what reads pages
cases.py      cases, letters, referrals and their directory, appeals, and reports from people
people.py     accounts and sessions, what each person keeps at the desk, on call, alerts
judging.py    the judge, and what it works with
records.py    the audit log, the outbox, leases, state, schedule, ends of clauses
searching.py  the search index: what goes in, what is asked, what comes back
documents.py  the read model for reports; letters and reports as documents
unit.py       the unit of work: every store in one transaction
"""

from lachan.pipeline.ports.cases import (
    AppealStore,
    CaseFilter,
    CaseStore,
    CopyCandidate,
    DirectoryStore,
    FloodStore,
    NewCase,
    NoticeStore,
    PublicReportStore,
    QueueOrder,
    ReferralStore,
    RemovalStore,
)
from lachan.pipeline.ports.documents import (
    FactRow,
    FigureStore,
    Letterhead,
    NoticeWriter,
    ReportFormat,
    ReportKind,
    ReportWriter,
)
from lachan.pipeline.ports.judging import Judge, JudgeInput, ListStore, ModelStore, UrgentWords
from lachan.pipeline.ports.keys import Clock, KeyRing
from lachan.pipeline.ports.people import (
    AccountStore,
    AlertStore,
    Credentials,
    ExposureStore,
    IdentityLink,
    OnCallStore,
    OwnKeyStore,
    PresenceStore,
    SavedView,
    SessionRow,
    SignOnStore,
    ViewStore,
)
from lachan.pipeline.ports.reading import (
    ApiAccess,
    Counter,
    Crawler,
    CrawlSummary,
    ExpiredRow,
    FrontierStore,
    InboxRow,
    InboxStore,
    Link,
    Page,
    PageFetcher,
    PageKind,
    SourceStore,
    Validators,
)
from lachan.pipeline.ports.records import (
    AuditStore,
    ClauseEndStore,
    LeaseStore,
    OutboxAct,
    OutboxRow,
    OutboxStore,
    ScheduledJob,
    ScheduleStore,
    StateStore,
)
from lachan.pipeline.ports.searching import (
    CountTable,
    CountWriter,
    Facet,
    IndexAnswer,
    IndexDocument,
    IndexHit,
    PlaceBook,
    Reader,
    Reading,
    SearchIndex,
    SearchRequest,
    SortBy,
    TableFormat,
    TimeBucket,
    TimeStep,
)
from lachan.pipeline.ports.unit import Database, Unit

__all__ = [
    "AccountStore",
    "AlertStore",
    "ApiAccess",
    "AppealStore",
    "AuditStore",
    "CaseFilter",
    "CaseStore",
    "ClauseEndStore",
    "Clock",
    "CopyCandidate",
    "CountTable",
    "CountWriter",
    "Counter",
    "CrawlSummary",
    "Crawler",
    "Credentials",
    "Database",
    "DirectoryStore",
    "ExpiredRow",
    "ExposureStore",
    "Facet",
    "FactRow",
    "FigureStore",
    "FloodStore",
    "FrontierStore",
    "IdentityLink",
    "InboxRow",
    "InboxStore",
    "IndexAnswer",
    "IndexDocument",
    "IndexHit",
    "Judge",
    "JudgeInput",
    "KeyRing",
    "LeaseStore",
    "Letterhead",
    "Link",
    "ListStore",
    "ModelStore",
    "NewCase",
    "NoticeStore",
    "NoticeWriter",
    "OnCallStore",
    "OutboxAct",
    "OutboxRow",
    "OutboxStore",
    "OwnKeyStore",
    "Page",
    "PageFetcher",
    "PageKind",
    "PlaceBook",
    "PresenceStore",
    "PublicReportStore",
    "QueueOrder",
    "Reader",
    "Reading",
    "ReferralStore",
    "RemovalStore",
    "ReportFormat",
    "ReportKind",
    "ReportWriter",
    "SavedView",
    "ScheduleStore",
    "ScheduledJob",
    "SearchIndex",
    "SearchRequest",
    "SessionRow",
    "SignOnStore",
    "SortBy",
    "SourceStore",
    "StateStore",
    "TableFormat",
    "TimeBucket",
    "TimeStep",
    "Unit",
    "UrgentWords",
    "Validators",
    "ViewStore",
]
