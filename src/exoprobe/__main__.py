"""``python -m exoprobe``: the command line."""

import sys

from exoprobe.cli import main

if __name__ == "__main__":
    sys.exit(main())
