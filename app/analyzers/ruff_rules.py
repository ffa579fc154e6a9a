"""Which of ruff's rules Lintel reports, how bad each is, and what it says of them: those that are nearly always right.

Names and meanings: https://docs.astral.sh/ruff/rules/. Left out on purpose: style, what a reader sees at once, what
depends on a project's taste (assert, subprocess without a shell, random, blind except), hard-coded passwords (the
secret rules find those) and unseen characters (another analyzer does).
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.findings.finding import Severity


@dataclass(frozen=True, slots=True)
class RuffRule:
    """How a rule is reported; never above medium, because no rule knows what the code is for."""

    severity: Severity
    category: str
    confidence: int
    title: str
    body: str


SYNTAX = "invalid-syntax"
"""What ruff reports instead of a rule for a file that does not parse; it cannot be selected or deselected."""

_INJECTED = "Whoever can influence that text can run commands with the rights of this process."
_PEER = "Anybody on the network path can pose as the other side, read what is sent and change what comes back."
_FORMAT = "The call raises, or drops a value, when this line runs."
_CLASS = "Python rejects this when the line runs, not before."
_BLOCKS = "While it waits, nothing else in this event loop runs: every other request stands still."
_LATE = "All calls and closures share the one object, so state leaks from one use into the next."
_STALE = "The statement has no effect; probably a call, an assignment or a comparison was meant."
_HASH = "It is fit for checksums but not for passwords, signatures or anything an attacker may want to forge."
_LOADS = "Loading such data can run code of whoever made it. Safe only if nobody else can write it."

_BUG, _SMALL = (Severity.MEDIUM, "logic"), (Severity.LOW, "logic")
_HOLE, _WEAK = (Severity.MEDIUM, "security"), (Severity.LOW, "security")
_STALL = (Severity.MEDIUM, "concurrency")
_HIDES = (Severity.LOW, "error-handling")

_TABLE: dict[str, tuple[tuple[Severity, str], int, str, str]] = {
    "F821": (_BUG, 95, "A name is used that nothing defines", "The line raises NameError when it runs."),
    "F822": (_BUG, 95, "`__all__` names something that is not there", "A star import of this module fails."),
    "F823": (_BUG, 95, "A local variable is read before it has a value", "The line raises UnboundLocalError."),
    "F811": (_SMALL, 85, "A definition replaces an earlier one that was never used", "One of the two is lost."),
    "F601": (_SMALL, 85, "A dictionary repeats a key with another value", "Only the last of the values is kept."),
    "F631": (_BUG, 95, "An assertion on a tuple is always true", "It checks nothing: a non-empty tuple is true."),
    "F632": (_BUG, 90, "Identity is compared where equality is meant", "The result depends on the interpreter."),
    "F634": (_BUG, 95, "A condition on a tuple is always true", "The other branch can never run."),
    "F901": (_BUG, 95, "`NotImplemented` is raised, which is no exception", "Raise NotImplementedError instead."),
    "F502": (_BUG, 90, "A format needs a mapping and gets none", _FORMAT),
    "F503": (_BUG, 90, "A format needs a sequence and gets a mapping", _FORMAT),
    "F505": (_BUG, 90, "A format names a value that is not given", _FORMAT),
    "F506": (_BUG, 90, "A format mixes named and positional fields", _FORMAT),
    "F507": (_BUG, 90, "A format has another number of fields than values", _FORMAT),
    "F524": (_BUG, 90, "A format has a field without a value", _FORMAT),
    "F701": (_BUG, 95, "`break` stands outside a loop", _CLASS),
    "F702": (_BUG, 95, "`continue` stands outside a loop", _CLASS),
    "F704": (_BUG, 95, "`yield` stands outside a function", _CLASS),
    "F706": (_BUG, 95, "`return` stands outside a function", _CLASS),
    "F707": (_BUG, 95, "A bare `except` stands before others", _CLASS),
    "B002": (_SMALL, 85, "`++` does not increment in Python", "It is two signs; the variable stays as it is."),
    "B003": (_BUG, 90, "`os.environ` itself is replaced", "Child processes and C code keep the old environment."),
    "B004": (_SMALL, 85, "`hasattr(x, '__call__')` does not tell what can be called", "Use callable(x)."),
    "B005": (_BUG, 90, "`strip` with several characters strips a set of them", "To take off a word, use removeprefix."),
    "B006": (_BUG, 90, "A mutable default argument is shared between calls", _LATE),
    "B012": (_BUG, 90, "Leaving a `finally` block early swallows exceptions", "A failure in the block above is lost."),
    "B015": (_SMALL, 90, "A comparison is made and thrown away", _STALE),
    "B016": (_BUG, 95, "A literal is raised instead of an exception", "This raises TypeError in its place."),
    "B017": (_SMALL, 85, "A test expects any exception at all", "It passes for the wrong reason too, such as a typo."),
    "B018": (_SMALL, 85, "An expression is computed and thrown away", _STALE),
    "B020": (_BUG, 90, "A loop replaces what it runs over", "After the loop, and in nested loops, the name differs."),
    "B023": (_BUG, 80, "A function made in a loop uses the loop's variable", "Called later, it sees the last value."),
    "B025": (_BUG, 90, "The same exception is handled twice", "The second handler can never run."),
    "B029": (_BUG, 90, "An empty `except ()` catches nothing", "Every exception passes through."),
    "B030": (_BUG, 90, "An `except` names something that is no exception", "Handling raises TypeError instead."),
    "B031": (_BUG, 85, "A group of `groupby` is used more than once", "The second time it is empty."),
    "B032": (_SMALL, 85, "An annotation stands where an assignment is meant", "Nothing is assigned."),
    "B035": (_BUG, 90, "A dictionary comprehension has one constant key", "The result has at most one entry."),
    "B039": (_BUG, 90, "A mutable default of a context variable is shared", _LATE),
    "PLE0100": (_BUG, 95, "`__init__` yields", _CLASS),
    "PLE0101": (_BUG, 95, "`__init__` returns a value", _CLASS),
    "PLE0117": (_BUG, 95, "`nonlocal` names nothing around it", _CLASS),
    "PLE0118": (_BUG, 95, "A global is used before it is declared one", _CLASS),
    "PLE0237": (_BUG, 90, "An attribute is set that `__slots__` does not list", _CLASS),
    "PLE0241": (_BUG, 95, "A class names the same base twice", _CLASS),
    "PLE0302": (_BUG, 90, "A special method takes the wrong number of parameters", _CLASS),
    "PLE0604": (_BUG, 90, "`__all__` holds something other than strings", _CLASS),
    "PLE0643": (_BUG, 90, "An index lies beyond the end", "The line raises IndexError when it runs."),
    "PLE0704": (_BUG, 90, "A bare `raise` stands outside a handler", "It raises RuntimeError in its place."),
    "PLE1142": (_BUG, 95, "`await` stands outside an async function", _CLASS),
    "PLE1205": (_BUG, 90, "A log call has more values than fields", "The record is lost; an error is printed instead."),
    "PLE1206": (
        _BUG,
        90,
        "A log call has fewer values than fields",
        "The record is lost; an error is printed instead.",
    ),
    "PLE1300": (_BUG, 90, "A format has a field of an unknown type", _FORMAT),
    "PLE1307": (_BUG, 90, "A format and its value do not go together", _FORMAT),
    "PLE1310": (_BUG, 90, "`strip` repeats a character", "It strips a set of characters, not a word."),
    "PLW0127": (_SMALL, 90, "A variable is assigned to itself", _STALE),
    "PLW0129": (_BUG, 90, "An assertion on a literal string never fails", "It checks nothing."),
    "PLW0133": (_BUG, 90, "An exception is made and not raised", "The error it stands for passes unnoticed."),
    "PLW0177": (_BUG, 90, "Nothing equals NaN, not even NaN", "The comparison has always the same result."),
    "PLW1501": (_BUG, 90, "A file is opened in a mode that does not exist", _FORMAT),
    "PLW1509": (_SMALL, 80, "`preexec_fn` can deadlock in a threaded program", "Start the process another way."),
    "RUF006": (_STALL, 80, "Nothing keeps a started task", "The loop holds it weakly: it may be collected half done."),
    "RUF016": (_BUG, 90, "A sequence is indexed by something that is no number", _FORMAT),
    "ASYNC210": (_STALL, 90, "An async function makes a blocking HTTP call", _BLOCKS),
    "ASYNC212": (_STALL, 90, "An async function makes a blocking HTTP call", _BLOCKS),
    "ASYNC221": (_STALL, 90, "An async function runs a process and waits for it", _BLOCKS),
    "ASYNC222": (_STALL, 90, "An async function waits for a process", _BLOCKS),
    "ASYNC250": (_STALL, 90, "An async function waits for a person's input", _BLOCKS),
    "ASYNC251": (_STALL, 95, "An async function sleeps without yielding", _BLOCKS),
    "S102": (_HOLE, 80, "Text is executed as code", _INJECTED),
    "S103": (_HOLE, 85, "A file is opened to everybody on the machine", "Other users can read, change or run it."),
    "S110": (_HIDES, 85, "An exception is caught and nothing is done", "What fails here fails without a trace."),
    "S112": (_HIDES, 80, "An exception is caught and skipped over", "What fails here fails without a trace."),
    "S113": (_HIDES, 85, "A request has no timeout", "If the other side never answers, this waits for ever."),
    "S201": (_HOLE, 95, "Flask runs with its debugger", "The debugger lets any visitor run code on the server."),
    "S202": (_HOLE, 80, "A tar archive is unpacked unchecked", "Its entries may overwrite files anywhere."),
    "S301": (_WEAK, 75, "Data is loaded in a format that can hold code", _LOADS),
    "S302": (_WEAK, 75, "Data is loaded in a format that can hold code", _LOADS),
    "S304": (_HOLE, 85, "A cipher is used that is broken", "What it encrypts can be read with modest effort."),
    "S305": (_HOLE, 85, "A cipher mode shows patterns of the plain text", "Equal blocks encrypt to equal blocks."),
    "S306": (_HOLE, 85, "A temporary name is made that somebody else can take first", "Use mkstemp instead."),
    "S307": (_HOLE, 80, "Text is evaluated as code", _INJECTED),
    "S323": (_HOLE, 90, "TLS certificates are not checked", _PEER),
    "S324": (_WEAK, 75, "A hash is used that can be forged", _HASH),
    "S501": (_HOLE, 95, "TLS certificates are not checked", _PEER),
    "S502": (_HOLE, 90, "A version of TLS is used that is broken", _PEER),
    "S503": (_HOLE, 85, "A version of TLS is used that is broken", _PEER),
    "S505": (_HOLE, 90, "A key is too short to protect anything", "Keys of this length have been broken."),
    "S506": (_HOLE, 90, "YAML is loaded with a loader that builds objects", _LOADS),
    "S507": (_HOLE, 90, "SSH host keys are not checked", _PEER),
    "S602": (_HOLE, 85, "A command is run through a shell", _INJECTED),
    "S605": (_HOLE, 80, "A command is run through a shell", _INJECTED),
    "S608": (_HOLE, 70, "SQL is put together from text", "A value with a quote in it changes what the query does."),
    "S609": (_HOLE, 80, "A command with a wildcard takes file names as options", _INJECTED),
    "S612": (_HOLE, 90, "Logging takes its configuration from the network", _INJECTED),
    "S701": (
        _HOLE,
        85,
        "Templates are rendered without escaping",
        "A value with markup in it becomes part of the page.",
    ),
    "S702": (
        _HOLE,
        80,
        "Templates are rendered without escaping",
        "A value with markup in it becomes part of the page.",
    ),
}

RULES = {code: RuffRule(*kind, confidence, title, body) for code, (kind, confidence, title, body) in _TABLE.items()}
RULES[SYNTAX] = RuffRule(*_BUG, 90, "The file does not parse", "Python refuses the whole file at this line.")

SELECTED = tuple(sorted(_TABLE))
"""The codes to ask for, each in full: ruff refuses a code it does not know, so none can fall away unnoticed."""
