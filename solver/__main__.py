"""`python -m solver solve|check|bound|confidence`: the optimiser without the rest of the project."""

import sys

INTERRUPTED = 130


def main() -> int:
    """Run one command; the exit code. What it needs is loaded here: that takes a second in which Ctrl-C may come."""
    try:
        from solver.arguments import main as run

        return run()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
