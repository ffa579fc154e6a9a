"""The contracts lens asks whether what lies in several files still fits together: each side may be right by itself."""

from __future__ import annotations

from app.lenses.lens import Look

CONTRACTS = Look(
    "contracts",
    """\
- Callers: was a name, parameter, default, return value, error, event or order of calls changed that some caller in the
  data, or any caller outside it, relies on? Look at each place in the data that uses what was changed, and look up
  those outside it if you can. Of a caller that you do not see, say what it would have to do to break, and lower your
  confidence.
- Both ends of a format: do writer and reader, serialiser and parser, client and server, producer and consumer still
  agree on field names, types, units, encodings, what is optional, what is null?
- Schema and stored data: does code expect a column, index, key or value that no migration of this change makes, or that
  rows written before it do not have? Does a migration lose data, lock a large table, fail on a second run, or break the
  version that still runs beside it? Can it be undone?
- Configuration: is a setting, flag, environment variable or dependency read that nothing sets, renamed on one side
  only, or given a default that changes what happens where nobody sets it? Do build, deployment and CI files match?
- Public surface: does the change break somebody who uses this code as a library, an API or a command?
- Concurrency across files: do two parts now take the same locks in another order, write the same record, or rely on
  one having run before the other?
- Twins: was something changed in one of several places that have to change together (implementations of one interface,
  copies of a constant, a test's double and the real thing, documentation that promises the old behaviour to users)?
  The finding stands on a line that was changed; `consequence` names the place that was not.""",
)

ask = CONTRACTS.ask
read = CONTRACTS.read
