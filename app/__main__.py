"""The console script `lintel`, the same as `python -m app`."""

from __future__ import annotations

from app.cli.commands import main

if __name__ == "__main__":
    main()
