"""Everything that lasts: SQLAlchemy tables, stores, the unit of work, migrations, keys, backups.

open_database -> engines (SQLite | PostgreSQL) -> migrate (migrations/) -> SqlDatabase
SqlDatabase.write | read -> SqlUnit -> one store a noun, over one Scope (transaction, keys)
backup -> a sealed file that either backend can take back

Shape:    tables.py  columns.py  migrations/
Plumbing: engines.py (transactions, errors)  migrate.py  database.py  unit.py  scope.py
Keys:     keyring.py
Stores:   sources.py  frontier.py  inbox.py  cases.py (case_rows.py, case_queues.py)  notices.py  referrals.py
          appeals.py  public_reports.py  removals.py  accounts.py  audit.py  outbox.py  leases.py  state.py
          schedule.py  figures.py
Safety:   backup.py (backup_file.py)
"""

from lachan.store.database import SqlDatabase, open_database

__all__ = ["SqlDatabase", "open_database"]
